-- @title.fr Nombre écrit au format BEST12.
-- @title.nl Getal in het formaat BEST12.
-- @title.en Number written with the format BEST12.
-- @status published
-- @catalog be-aim
-- @valid ..
-- @basis SAS formats reference, BESTw. format
-- @param x DOUBLE : the number
-- @returns VARCHAR attribute, nullable : the number in 12 positions at most, without blanks in front; NULL when
--   missing
-- @sas sha256:d5169155b3755fd1a502d2925e5bee4068923b1add3fac5981f804c71469c42f
-- @note As many decimals as 12 positions hold, without zeros behind. SAS writes numbers from 1e12 on, and those
--   nearer to 0 than 1e-4, with an exponent: the exponent may look different here.
CREATE OR REPLACE MACRO sas.best_v1(x DOUBLE) AS
CASE
    WHEN x = trunc(x) AND abs(x) < 1e12 THEN CAST(try_cast(x AS BIGINT) AS VARCHAR)
    ELSE CAST(round(x, greatest(0, 11 - length(CAST(try_cast(trunc(abs(x)) AS BIGINT) AS VARCHAR)) - CASE WHEN x < 0 THEN 1 ELSE 0 END)::INTEGER) AS VARCHAR)
END
