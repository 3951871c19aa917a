-- @title.fr Multiple de l’unité le plus proche, comme ROUND de SAS
-- @title.nl Dichtstbijzijnde veelvoud van de eenheid, zoals ROUND van SAS
-- @title.en Nearest multiple of the unit, as ROUND of SAS
-- @status published
-- @catalog be-aim
-- @valid ..
-- @basis SAS functions reference, ROUND function
-- @param x DOUBLE : the number
-- @param unite DOUBLE = 1 : the unit, above 0
-- @returns DOUBLE attribute, nullable : the multiple
-- @uses sas.round1_v1
-- @sas sha256:3647fb80870db4e82136629a8001f1da96b37196f9a53e330bcb6d9771a59269
-- @note A unit whose inverse is whole (0.1, 0.01, 1/7) is inverted first, as SAS does, so that round(0.33, 0.1) is
--   3/10 and not 3 times 0.1.
-- @note Halves go away from zero, with the fuzz of sas.round1_v1: 1.005 to 0.01 is 1.01. A unit of 0 or less is
--   refused by SAS: NULL here.
CREATE OR REPLACE MACRO sas.round_v1(x DOUBLE, unite DOUBLE := 1) AS
CASE
    WHEN NOT unite > 0 THEN NULL
    WHEN unite < 1 AND abs(1 / unite - round(1 / unite)) <= 1e-12 / unite
        THEN sas.round1_v1(x * round(1 / unite)) / round(1 / unite)
    ELSE sas.round1_v1(x / unite) * unite
END
