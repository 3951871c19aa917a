-- @title.fr a est inférieur ou égal à b, comme SAS compare les nombres
-- @title.nl a is kleiner dan of gelijk aan b, zoals SAS getallen vergelijkt
-- @title.en a is less than or equal to b, as SAS compares numbers
-- @status published
-- @catalog be-aim
-- @valid ..
-- @basis SAS language reference: concepts, order of missing values: a missing number is less than every number, and
--   equals a missing number
-- @param a DOUBLE : a number
-- @param b DOUBLE : another
-- @returns BOOLEAN attribute : never NULL
-- @sas sha256:dca1be3c88f50ee684e139fffe8dafedc89cb232dc91c6ec81a7f78687593996
-- @note The special missing values ._ and .A to .Z, which SAS orders among themselves, are one NULL here.
CREATE OR REPLACE MACRO sas.le_v1(a DOUBLE, b DOUBLE) AS
CASE WHEN a IS NULL THEN true WHEN b IS NULL THEN false ELSE a <= b END
