-- @title.fr Nombre d’années entre deux dates, comme YRDIF de SAS
-- @title.nl Aantal jaren tussen twee datums, zoals YRDIF van SAS
-- @title.en Years between two dates, as YRDIF of SAS
-- @status published
-- @catalog be-aim
-- @valid ..
-- @basis SAS functions reference, YRDIF function
-- @param debut DATE : from
-- @param fin DATE : to
-- @param base VARCHAR = 'AGE' : AGE, ACT/ACT, ACT/360, ACT/365 or 30/360
-- @returns DOUBLE attribute, nullable : the years, negative when fin is before debut
-- @uses sas.age_v1
-- @uses sas.datdif_v1
-- @sas sha256:e74ea6cf4937038cad6e024d51be8dfe6354dcb91b9e7241d10801105d5564e0
-- @note ACT/ACT counts the days in years of 365 days as parts of 365 and those in leap years as parts of 366.
-- @note Without a basis SAS takes AGE, as of version 9.3; for it see sas.age_v1. An unknown basis gives missing.
CREATE OR REPLACE MACRO sas.yrdif_v1(debut DATE, fin DATE, base VARCHAR := 'AGE') AS
CASE
    WHEN NOT (isfinite(debut) AND isfinite(fin)) THEN NULL
    WHEN upper(base) = 'AGE' THEN sas.age_v1(debut, fin)
    WHEN upper(base) IN ('ACT/ACT', 'ACTUAL')
        THEN year(fin) - year(debut) + (dayofyear(fin) - 1) / CASE WHEN year(fin) % 4 = 0 AND (year(fin) % 100 <> 0 OR year(fin) % 400 = 0) THEN 366 ELSE 365 END
            - (dayofyear(debut) - 1) / CASE WHEN year(debut) % 4 = 0 AND (year(debut) % 100 <> 0 OR year(debut) % 400 = 0) THEN 366 ELSE 365 END
    WHEN upper(base) = 'ACT/360' THEN (fin - debut) / 360
    WHEN upper(base) = 'ACT/365' THEN (fin - debut) / 365
    ELSE sas.datdif_v1(debut, fin, base) / 360
END
