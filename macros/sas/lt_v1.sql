-- @title.fr a est inférieur à b, comme SAS compare les nombres
-- @title.nl a is kleiner dan b, zoals SAS getallen vergelijkt
-- @title.en a is less than b, as SAS compares numbers
-- @status published
-- @catalog be-aim
-- @valid ..
-- @basis SAS language reference: concepts, order of missing values: a missing number is less than every number, and
--   equals a missing number
-- @param a DOUBLE : a number
-- @param b DOUBLE : another
-- @returns BOOLEAN attribute : never NULL
-- @sas sha256:dee57a1ff99d16f4604edb903c76501cd44f0382e1a94c55f02e5907acf31bcb
-- @note The special missing values ._ and .A to .Z, which SAS orders among themselves, are one NULL here.
CREATE OR REPLACE MACRO sas.lt_v1(a DOUBLE, b DOUBLE) AS
CASE WHEN b IS NULL THEN false WHEN a IS NULL THEN true ELSE a < b END
