-- @title.fr a égale b, comme SAS compare les nombres
-- @title.nl a is gelijk aan b, zoals SAS getallen vergelijkt
-- @title.en a equals b, as SAS compares numbers
-- @status published
-- @catalog be-aim
-- @valid ..
-- @basis SAS language reference: concepts, order of missing values: a missing number is less than every number, and
--   equals a missing number
-- @param a DOUBLE : a number
-- @param b DOUBLE : another
-- @returns BOOLEAN attribute : never NULL
-- @sas sha256:7871371764af8f36ca40bc5b3a75af82808b2fc94c0dbb59feccb01140aa0998
-- @note The special missing values ._ and .A to .Z, which SAS orders among themselves, are one NULL here.
CREATE OR REPLACE MACRO sas.eq_v1(a DOUBLE, b DOUBLE) AS
a IS NOT DISTINCT FROM b
