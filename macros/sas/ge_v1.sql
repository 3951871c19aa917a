-- @title.fr a est supérieur ou égal à b, comme SAS compare les nombres
-- @title.nl a is groter dan of gelijk aan b, zoals SAS getallen vergelijkt
-- @title.en a is greater than or equal to b, as SAS compares numbers
-- @status published
-- @catalog be-aim
-- @valid ..
-- @basis SAS language reference: concepts, order of missing values: a missing number is less than every number, and
--   equals a missing number
-- @param a DOUBLE : a number
-- @param b DOUBLE : another
-- @returns BOOLEAN attribute : never NULL
-- @sas sha256:c933515fc20a0777762db932ee55342006e2d6c6c81211ce00033574a3ae9790
-- @note The special missing values ._ and .A to .Z, which SAS orders among themselves, are one NULL here.
CREATE OR REPLACE MACRO sas.ge_v1(a DOUBLE, b DOUBLE) AS
CASE WHEN b IS NULL THEN true WHEN a IS NULL THEN false ELSE a >= b END
