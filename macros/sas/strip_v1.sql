-- @title.fr Texte sans blancs autour, comme STRIP de SAS
-- @title.nl Tekst zonder blanco’s eromheen, zoals STRIP van SAS
-- @title.en Text without blanks around it, as STRIP of SAS
-- @status published
-- @catalog be-aim
-- @valid ..
-- @basis SAS functions reference, STRIP function
-- @param x VARCHAR : the text
-- @returns VARCHAR attribute, nullable : the text, NULL when blank
-- @sas sha256:71ffbfaa2151876b0a2fb265ebc90e3535d90fba9338772a50a7ae613909b89f
-- @note A text has no blanks behind and a blank text is NULL, in what comes back; what is given may have them: SAS
--   fills its variables with blanks and takes them for nothing.
CREATE OR REPLACE MACRO sas.strip_v1(x VARCHAR) AS
nullif(trim(x, ' '), '')
