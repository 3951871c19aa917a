-- @title.fr Texte avec une majuscule au début des mots, comme PROPCASE de SAS
-- @title.nl Tekst met een hoofdletter aan het begin van woorden, zoals PROPCASE van SAS
-- @title.en Text with a capital at the beginning of words, as PROPCASE of SAS
-- @status published
-- @catalog be-aim
-- @valid ..
-- @basis SAS functions reference, PROPCASE function
-- @param x VARCHAR : the text
-- @param separateurs VARCHAR = ' /-(.' || chr(9) : behind which characters a word begins
-- @returns VARCHAR attribute, nullable : the text, NULL when blank
-- @sas sha256:c93e8ce467a1692e29a1a653fcf9c1825c501307d402494124e97bf706f66804
-- @note Usual separators are blank, slash, hyphen, left parenthesis, point and tab.
-- @note A text has no blanks behind and a blank text is NULL, in what comes back; what is given may have them: SAS
--   fills its variables with blanks and takes them for nothing.
CREATE OR REPLACE MACRO sas.propcase_v1(x VARCHAR, separateurs VARCHAR := ' /-(.' || chr(9)) AS
nullif(rtrim(list_reduce(list_transform(string_split(lower(x), ''), lambda c, i:
    CASE WHEN i = 1 OR contains(separateurs, substring(x, CAST(i - 1 AS BIGINT), 1)) THEN upper(c) ELSE c END),
    lambda a, b: a || b, ''), ' '), '')
