-- @title.fr Entier le plus proche, comme ROUND(x) de SAS
-- @title.nl Dichtstbijzijnde gehele getal, zoals ROUND(x) van SAS
-- @title.en Nearest whole number, as ROUND(x) of SAS
-- @status published
-- @catalog be-aim
-- @valid ..
-- @basis SAS functions reference, ROUND function with one argument
-- @param x DOUBLE : the number
-- @returns DOUBLE attribute, nullable : the whole number
-- @sas sha256:1e56c82dd95ce917b193170d7e6537685c45f616221f2dc0d1431921316f627c
-- @note Halves go away from zero, and what is half but for the error of binary fractions counts as half. How wide SAS
--   makes this fuzz is published for 0.5 alone: 0.4999999999999 goes up and 0.499999999999 does not. Here it is
--   5e-13, and for large numbers 4e-15 of the number, at most 0.001.
CREATE OR REPLACE MACRO sas.round1_v1(x DOUBLE) AS
CASE WHEN abs(x) >= 4503599627370496 THEN x
    ELSE sign(x) * floor(abs(x) + 0.5 + greatest(5e-13, least(abs(x) * 4e-15, 1e-3))) + 0 END
