-- @title.fr Place du premier caractère qui n’est pas permis, 0 sans, comme VERIFY de SAS
-- @title.nl Plaats van het eerste niet toegelaten teken, 0 als er geen is, zoals VERIFY van SAS
-- @title.en Place of the first character that is not allowed, 0 for none, as VERIFY of SAS
-- @status published
-- @catalog be-aim
-- @valid ..
-- @basis SAS functions reference, VERIFY function
-- @param x VARCHAR : the text
-- @param permis VARCHAR : the characters that are allowed
-- @returns BIGINT attribute, nullable : the place, from 1 on
-- @sas sha256:dccb95bc28b773d4276ff9855eec2d7f9a8cbf5701194245a489607decfd3ffd
-- @note As verify(trim(x), permis): blanks behind are not looked at. SAS looks at those that fill a variable, and
--   programs without trim find them: such a program gives the place behind the last character where this gives 0.
CREATE OR REPLACE MACRO sas.verify_v1(x VARCHAR, permis VARCHAR) AS
CASE
    WHEN coalesce(rtrim(x, ' '), '') = '' THEN CASE WHEN contains(permis, ' ') THEN 0 ELSE 1 END
    WHEN translate(rtrim(x, ' '), coalesce(permis, ''), '') = '' THEN 0
    ELSE strpos(x, left(translate(rtrim(x, ' '), coalesce(permis, ''), ''), 1))
END
