-- @title.fr a est supérieur à b, comme SAS compare les nombres
-- @title.nl a is groter dan b, zoals SAS getallen vergelijkt
-- @title.en a is greater than b, as SAS compares numbers
-- @status published
-- @catalog be-aim
-- @valid ..
-- @basis SAS language reference: concepts, order of missing values: a missing number is less than every number, and
--   equals a missing number
-- @param a DOUBLE : a number
-- @param b DOUBLE : another
-- @returns BOOLEAN attribute : never NULL
-- @sas sha256:046d9957020f834ef16aeb6ad49f8ba24e093cdb898f165f8ad4e6d2e0319a94
-- @note The special missing values ._ and .A to .Z, which SAS orders among themselves, are one NULL here.
CREATE OR REPLACE MACRO sas.gt_v1(a DOUBLE, b DOUBLE) AS
CASE WHEN a IS NULL THEN false WHEN b IS NULL THEN true ELSE a > b END
