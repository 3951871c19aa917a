-- @title.fr Âge en années, comme YRDIF de SAS avec AGE
-- @title.nl Leeftijd in jaren, zoals YRDIF van SAS met AGE
-- @title.en Age in years, as YRDIF of SAS with AGE
-- @status published
-- @catalog be-aim
-- @valid ..
-- @basis SAS functions reference, YRDIF function, basis AGE
-- @param naissance DATE : the day of birth
-- @param jour DATE : the day at which
-- @returns DOUBLE attribute, nullable : whole years, and the days since the last birthday as a part of the year to
--   the next one
-- @sas sha256:faa902601cb978517b1bcab4cba7f75133c942383acce1c277a4886d825718ba
-- @note Who was born on 29 February has a birthday on 28 February, in leap years too, as YRDIF does: 52 years from 29
--   February 1964 to 28 February 2016.
-- @note The whole years are those of SAS. How SAS divides the days since the last birthday is not published: here by
--   the days up to the next one.
-- @note A day before the birth gives missing.
CREATE OR REPLACE MACRO sas.age_v1(naissance DATE, jour DATE) AS
CASE
    WHEN NOT (isfinite(jour) AND naissance BETWEEN DATE '1582-01-01' AND jour) THEN NULL
    ELSE date_sub('year', CASE WHEN month(naissance) = 2 AND day(naissance) = 29 THEN naissance - 1 ELSE naissance END, jour)
        + (jour - CAST(CASE WHEN month(naissance) = 2 AND day(naissance) = 29 THEN naissance - 1 ELSE naissance END + to_years(CAST(date_sub('year', CASE WHEN month(naissance) = 2 AND day(naissance) = 29 THEN naissance - 1 ELSE naissance END, jour) AS INTEGER)) AS DATE))
        / (CAST(CASE WHEN month(naissance) = 2 AND day(naissance) = 29 THEN naissance - 1 ELSE naissance END + to_years(CAST(date_sub('year', CASE WHEN month(naissance) = 2 AND day(naissance) = 29 THEN naissance - 1 ELSE naissance END, jour) + 1 AS INTEGER)) AS DATE)
        - CAST(CASE WHEN month(naissance) = 2 AND day(naissance) = 29 THEN naissance - 1 ELSE naissance END + to_years(CAST(date_sub('year', CASE WHEN month(naissance) = 2 AND day(naissance) = 29 THEN naissance - 1 ELSE naissance END, jour) AS INTEGER)) AS DATE))
END
