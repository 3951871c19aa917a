-- @title.fr Texte où une suite de caractères est remplacée par une autre, comme TRANWRD de SAS
-- @title.nl Tekst waarin een reeks tekens door een andere vervangen is, zoals TRANWRD van SAS
-- @title.en Text in which a string is replaced by another, as TRANWRD of SAS
-- @status published
-- @catalog be-aim
-- @valid ..
-- @basis SAS functions reference, TRANWRD function
-- @param x VARCHAR : the text
-- @param cible VARCHAR : what is looked for
-- @param par VARCHAR : what it becomes; a blank for nothing
-- @returns VARCHAR attribute, nullable : the text, NULL when blank
-- @sas sha256:79cd4951425c9fdd361eeff0921256a776eb317fb354e3a1d5d18b8c48f1cf6d
-- @note Blanks behind what is looked for count, as in SAS: there a variable must be trimmed first. TRANSTRN of SAS
--   puts nothing for nothing: it is replace(x, cible, par).
-- @note A text has no blanks behind and a blank text is NULL, in what comes back; what is given may have them: SAS
--   fills its variables with blanks and takes them for nothing.
CREATE OR REPLACE MACRO sas.tranwrd_v1(x VARCHAR, cible VARCHAR, par VARCHAR) AS
CASE WHEN cible <> '' THEN nullif(rtrim(replace(x, cible, CASE WHEN par <> '' THEN par ELSE ' ' END), ' '), '') ELSE nullif(rtrim(x, ' '), '') END
