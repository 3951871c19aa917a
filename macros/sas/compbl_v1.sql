-- @title.fr Texte dont les blancs de suite sont un seul, comme COMPBL de SAS
-- @title.nl Tekst waarvan opeenvolgende blanco’s er één zijn, zoals COMPBL van SAS
-- @title.en Text whose blanks in a row are one, as COMPBL of SAS
-- @status published
-- @catalog be-aim
-- @valid ..
-- @basis SAS functions reference, COMPBL function
-- @param x VARCHAR : the text
-- @returns VARCHAR attribute, nullable : the text, NULL when blank
-- @sas sha256:1ccdaa318c38ede4ad1d73311122d210ddc950145abe9dea09119d25e09dbcb6
-- @note A text has no blanks behind and a blank text is NULL, in what comes back; what is given may have them: SAS
--   fills its variables with blanks and takes them for nothing.
CREATE OR REPLACE MACRO sas.compbl_v1(x VARCHAR) AS
nullif(rtrim(regexp_replace(x, ' +', ' ', 'g'), ' '), '')
