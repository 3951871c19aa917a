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
-- @uses sas.birthday_v1
-- @sas sha256:faa902601cb978517b1bcab4cba7f75133c942383acce1c277a4886d825718ba
-- @note Who was born on 29 February has a birthday on 28 February, in leap years too, as YRDIF does: 52 years from 29
--   February 1964 to 28 February 2016.
-- @note The whole years are those of SAS. How SAS divides the days since the last birthday is not published: here by
--   the days up to the next one.
-- @note A day before the birth gives missing.
CREATE OR REPLACE MACRO sas.age_v1(naissance DATE, jour DATE) AS
CASE WHEN isfinite(jour) AND naissance BETWEEN DATE '1582-01-01' AND jour THEN
    date_sub('year', sas.birthday_v1(naissance), jour)
    + (jour - CAST(sas.birthday_v1(naissance) + to_years(CAST(date_sub('year', sas.birthday_v1(naissance), jour) AS INTEGER)) AS DATE))
    / (CAST(sas.birthday_v1(naissance) + to_years(CAST(date_sub('year', sas.birthday_v1(naissance), jour) + 1 AS INTEGER)) AS DATE)
    - CAST(sas.birthday_v1(naissance) + to_years(CAST(date_sub('year', sas.birthday_v1(naissance), jour) AS INTEGER)) AS DATE))
END
