-- @title.fr Forfait de maison médicale dans l'année
-- @title.nl Forfait van een wijkgezondheidscentrum in het jaar
-- @title.en Flat fee of a medical house in the year
-- @status published
-- @catalog be-aim
-- @valid 2002-01-01..
-- @basis List maison_medicale: nomenclature code of the monthly flat fee per registered patient
-- @param annee INTEGER : calendar year of the prestation (SS00015), not of the accounting
-- @column ss00010 INTEGER identifier of person, owner : the person
-- @column annee INTEGER attribute : the year asked for
-- @column flag_maison_medicale INTEGER attribute, in (0, 1) : 1 when a flat fee was paid, corrections deducted
-- @zones soins_sante ss00010 ss00015 ss00020 ss00050
-- @zones population pp0010 pp0050
-- @list maison_medicale@2016.1
-- @sas sha256:75d731e0694a945cbe675c4cdfae43290c25c32d48138ac86cbd5c4c7fb8d970
-- @note One row for every person in a population photo of the year or in the health-care claims of the year, with 0
--   where nothing was booked: join on ss00010, inner or left.
-- @note Corrections are rows with a negative count. Counts are summed per person and year over all codes of the list:
--   what was booked and then fully corrected is 0.
-- @note Codes are compared without leading zeros, because fixed-width deliveries carry them on seven positions.
-- @note The fee is monthly: one month in the year is enough. A patient registered in December whose first fee falls in
--   January is 0.
-- @note Only the general practitioner's fee is listed; no public source gives the codes of the nursing and
--   physiotherapy fees.
CREATE OR REPLACE MACRO flags.maison_medicale_v1(annee INTEGER) AS TABLE
WITH attestations AS (
    SELECT s.ss00010, sum(s.ss00050) FILTER (l.code IS NOT NULL) AS cas
    FROM main.soins_sante AS s
    LEFT JOIN (
        SELECT DISTINCT ltrim(code, '0') AS code FROM ref.maison_medicale WHERE version = '2016.1'
    ) AS l ON l.code = ltrim(s.ss00020, '0')
    WHERE s.ss00015 BETWEEN make_date(annee, 1, 1) AND make_date(annee, 12, 31)
      AND s.ss00010 IS NOT NULL
    GROUP BY s.ss00010
), personnes AS (
    SELECT p.pp0010 AS ss00010 FROM main.population AS p WHERE p.pp0050 // 100 = annee AND p.pp0010 IS NOT NULL
    UNION
    SELECT a.ss00010 FROM attestations AS a
)
SELECT
    personnes.ss00010,
    annee AS annee,
    CASE WHEN a.cas > 0 THEN 1 ELSE 0 END AS flag_maison_medicale
FROM personnes
LEFT JOIN attestations AS a ON a.ss00010 = personnes.ss00010
