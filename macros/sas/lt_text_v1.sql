-- @title.fr a est avant b, comme SAS compare les textes
-- @title.nl a komt voor b, zoals SAS teksten vergelijkt
-- @title.en a is before b, as SAS compares texts
-- @status published
-- @catalog be-aim
-- @valid ..
-- @basis SAS language reference: concepts, character comparisons: the shorter text is filled with blanks
-- @param a VARCHAR : a text
-- @param b VARCHAR : another
-- @returns BOOLEAN attribute : never NULL
-- @sas sha256:96edff74e6d9ac5a76bc494204227087b331e6d20df2a39b40c416e9af40dbfa
-- @note Blanks behind do not count, and a blank text is missing: it equals NULL.
-- @note Letters stand in the order of Unicode, as in a Latin-1 session of SAS; that of another encoding, or PROC SORT
--   with a national order, differs for what is not in ASCII.
-- @note For a > b write lt with b and a the other way round.
CREATE OR REPLACE MACRO sas.lt_text_v1(a VARCHAR, b VARCHAR) AS
rpad(coalesce(a, ''), CAST(greatest(length(coalesce(a, '')), length(coalesce(b, ''))) AS INTEGER), ' ')
    < rpad(coalesce(b, ''), CAST(greatest(length(coalesce(a, '')), length(coalesce(b, ''))) AS INTEGER), ' ')
