-- @title.fr Texte où des caractères sont remplacés par d’autres, comme TRANSLATE de SAS
-- @title.nl Tekst waarin tekens door andere vervangen zijn, zoals TRANSLATE van SAS
-- @title.en Text in which characters are replaced by others, as TRANSLATE of SAS
-- @status published
-- @catalog be-aim
-- @valid ..
-- @basis SAS functions reference, TRANSLATE function
-- @param x VARCHAR : the text
-- @param vers VARCHAR : what they become
-- @param de VARCHAR : the characters
-- @returns VARCHAR attribute, nullable : the text, NULL when blank
-- @sas sha256:0768df06f1a4b3ab181b66de2adfeb93c262ddc77b6becc59b462ec206899144
-- @note In the order of SAS: what they become stands first. Where it is shorter, blanks.
-- @note A text has no blanks behind and a blank text is NULL, in what comes back; what is given may have them: SAS
--   fills its variables with blanks and takes them for nothing.
CREATE OR REPLACE MACRO sas.translate_v1(x VARCHAR, vers VARCHAR, de VARCHAR) AS
nullif(rtrim(translate(x, de, rpad(vers, CAST(greatest(length(vers), length(de)) AS INTEGER), ' ')), ' '), '')
