-- @title.fr a est avant b ou lui est égal, comme SAS compare les textes
-- @title.nl a komt voor b of is eraan gelijk, zoals SAS teksten vergelijkt
-- @title.en a is before b or equals it, as SAS compares texts
-- @status published
-- @catalog be-aim
-- @valid ..
-- @basis SAS language reference: concepts, character comparisons: the shorter text is filled with blanks
-- @param a VARCHAR : a text
-- @param b VARCHAR : another
-- @returns BOOLEAN attribute : never NULL
-- @sas sha256:24b23ef27fc1905b79a1200166cd140ee4e4a37ac5ec50cc9383a3263227ebc9
-- @note Blanks behind do not count, and a blank text is missing: it equals NULL.
-- @note Letters stand in the order of Unicode, as in a Latin-1 session of SAS; that of another encoding, or PROC SORT
--   with a national order, differs for what is not in ASCII.
-- @note For a > b write lt with b and a the other way round.
CREATE OR REPLACE MACRO sas.le_text_v1(a VARCHAR, b VARCHAR) AS
rpad(coalesce(a, ''), CAST(greatest(length(coalesce(a, '')), length(coalesce(b, ''))) AS INTEGER), ' ')
    <= rpad(coalesce(b, ''), CAST(greatest(length(coalesce(a, '')), length(coalesce(b, ''))) AS INTEGER), ' ')
