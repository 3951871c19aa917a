-- @title.fr Dossier médical global attesté dans l'année
-- @title.nl Globaal medisch dossier aangerekend in het jaar
-- @title.en Global medical record booked in the year
-- @status published
-- @catalog be-aim
-- @valid 2002-01-01..
-- @basis List dmg: nomenclature codes of the opening and the prolongation of the global medical record
-- @param annee INTEGER : calendar year of the prestation (SS00015), not of the accounting
-- @column ss00010 INTEGER identifier of person, owner : the person
-- @column annee INTEGER attribute : the year asked for
-- @column flag_dmg INTEGER attribute, in (0, 1) : 1 when a global medical record was booked, corrections deducted
-- @zones soins_sante ss00010 ss00015 ss00020 ss00050
-- @zones population pp0010 pp0050
-- @list dmg@2016.1
-- @sas sha256:0853623942a65f93bd05d68e4a5ea416ae4928887e92763031abf6583ee0482e
-- @note One row for every person in a population photo of the year or in the health-care claims of the year, with 0
--   where nothing was booked: join on ss00010, inner or left.
-- @note Corrections are rows with a negative count. Counts are summed per person and year over all codes of the list:
--   what was booked and then fully corrected is 0.
-- @note Codes are compared without leading zeros, because fixed-width deliveries carry them on seven positions.
-- @note A yearly prolongation that the insurer pays by itself may not show as a booked code: this flag counts what was
--   booked, and so may be lower than the number of open records.
CREATE OR REPLACE MACRO flags.dmg_v1(annee INTEGER) AS TABLE
WITH attestations AS (
    SELECT s.ss00010, sum(s.ss00050) FILTER (l.code IS NOT NULL) AS cas
    FROM main.soins_sante AS s
    LEFT JOIN (
        SELECT DISTINCT ltrim(code, '0') AS code FROM ref.dmg WHERE version = '2016.1'
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
    CASE WHEN a.cas > 0 THEN 1 ELSE 0 END AS flag_dmg
FROM personnes
LEFT JOIN attestations AS a ON a.ss00010 = personnes.ss00010
