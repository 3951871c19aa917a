-- @title.fr a diffère de b, comme SAS compare les nombres
-- @title.nl a verschilt van b, zoals SAS getallen vergelijkt
-- @title.en a differs from b, as SAS compares numbers
-- @status published
-- @catalog be-aim
-- @valid ..
-- @basis SAS language reference: concepts, order of missing values: a missing number is less than every number, and
--   equals a missing number
-- @param a DOUBLE : a number
-- @param b DOUBLE : another
-- @returns BOOLEAN attribute : never NULL
-- @sas sha256:bbb9f59381012ce43325a75c1d179f25613b1778b3428fa23280a8460a8b090c
-- @note The special missing values ._ and .A to .Z, which SAS orders among themselves, are one NULL here.
CREATE OR REPLACE MACRO sas.ne_v1(a DOUBLE, b DOUBLE) AS
a IS DISTINCT FROM b
