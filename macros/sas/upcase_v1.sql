-- @title.fr Texte en majuscules, comme UPCASE de SAS
-- @title.nl Tekst in hoofdletters, zoals UPCASE van SAS
-- @title.en Text in capitals, as UPCASE of SAS
-- @status published
-- @catalog be-aim
-- @valid ..
-- @basis SAS functions reference, UPCASE function
-- @param x VARCHAR : the text
-- @returns VARCHAR attribute, nullable : the text, NULL when blank
-- @sas sha256:d96c7276041355d632258155a3671ee8dc55e3eb5d82608ccc963e86107c69a5
-- @note A text has no blanks behind and a blank text is NULL, in what comes back; what is given may have them: SAS
--   fills its variables with blanks and takes them for nothing.
CREATE OR REPLACE MACRO sas.upcase_v1(x VARCHAR) AS
nullif(rtrim(upper(x), ' '), '')
