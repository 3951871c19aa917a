-- @title.fr a égale b, comme SAS compare les textes
-- @title.nl a is gelijk aan b, zoals SAS teksten vergelijkt
-- @title.en a equals b, as SAS compares texts
-- @status published
-- @catalog be-aim
-- @valid ..
-- @basis SAS language reference: concepts, character comparisons: the shorter text is filled with blanks
-- @param a VARCHAR : a text
-- @param b VARCHAR : another
-- @returns BOOLEAN attribute : never NULL
-- @sas sha256:14f211dd3f84dc1663a2ac1938b30bb40754392fcef74d2a44c5b1c9e061abe0
-- @note Blanks behind do not count, and a blank text is missing: it equals NULL.
-- @note Letters stand in the order of Unicode, as in a Latin-1 session of SAS; that of another encoding, or PROC SORT
--   with a national order, differs for what is not in ASCII.
-- @note For a > b write lt with b and a the other way round.
CREATE OR REPLACE MACRO sas.eq_text_v1(a VARCHAR, b VARCHAR) AS
rpad(coalesce(a, ''), CAST(greatest(length(coalesce(a, '')), length(coalesce(b, ''))) AS INTEGER), ' ')
    = rpad(coalesce(b, ''), CAST(greatest(length(coalesce(a, '')), length(coalesce(b, ''))) AS INTEGER), ' ')
