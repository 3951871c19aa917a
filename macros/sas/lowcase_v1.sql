-- @title.fr Texte en minuscules, comme LOWCASE de SAS
-- @title.nl Tekst in kleine letters, zoals LOWCASE van SAS
-- @title.en Text in small letters, as LOWCASE of SAS
-- @status published
-- @catalog be-aim
-- @valid ..
-- @basis SAS functions reference, LOWCASE function
-- @param x VARCHAR : the text
-- @returns VARCHAR attribute, nullable : the text, NULL when blank
-- @sas sha256:c0295dccc920951fee83b4750b5b42ab29961d66abe79f85c06b7e6e5c6b0204
-- @note A text has no blanks behind and a blank text is NULL, in what comes back; what is given may have them: SAS
--   fills its variables with blanks and takes them for nothing.
CREATE OR REPLACE MACRO sas.lowcase_v1(x VARCHAR) AS
nullif(rtrim(lower(x), ' '), '')
