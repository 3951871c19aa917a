-- @title.fr Date à partir du mois, du jour et de l’année, comme MDY de SAS
-- @title.nl Datum uit maand, dag en jaar, zoals MDY van SAS
-- @title.en Date from month, day and year, as MDY of SAS
-- @status published
-- @catalog be-aim
-- @valid ..
-- @basis SAS functions reference, MDY function; system option YEARCUTOFF= as delivered with SAS 9.4: 1926
-- @param mois DOUBLE : the month
-- @param jour DOUBLE : the day
-- @param annee DOUBLE : the year
-- @returns DATE attribute, nullable : the day
-- @sas sha256:60149ab1bb00341c2a0ad8f062f7c40ab60d4d5195d010a9b63321b54cf9191e
-- @note What is no day of the calendar is missing, as in SAS; so is a month, day or year with decimals.
-- @note Two digits are a year from 1926 to 2025, the YEARCUTOFF with which SAS 9.4 is delivered; a program that sets
--   another one must add the century itself.
CREATE OR REPLACE MACRO sas.mdy_v1(mois DOUBLE, jour DOUBLE, annee DOUBLE) AS
CASE
    WHEN mois = trunc(mois) AND jour = trunc(jour) AND annee = trunc(annee)
        AND (annee BETWEEN 1582 AND 19900 OR annee BETWEEN 0 AND 99) AND mois BETWEEN 1 AND 12 AND jour BETWEEN 1 AND CASE
            WHEN mois = 2 AND annee % 4 = 0 AND (annee % 100 <> 0 OR annee % 400 = 0) THEN 29
            WHEN mois = 2 THEN 28
            WHEN mois IN (4, 6, 9, 11) THEN 30
            ELSE 31 END
        THEN make_date(
            CAST(annee + CASE WHEN annee < 26 THEN 2000 WHEN annee < 100 THEN 1900 ELSE 0 END AS BIGINT),
            CAST(mois AS BIGINT), CAST(jour AS BIGINT))
END
