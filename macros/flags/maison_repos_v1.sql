-- @title.fr Forfait de maison de repos ou de repos et de soins (MRPA/MRS) dans l'année
-- @title.nl Forfait van een rustoord of rust- en verzorgingstehuis (ROB/RVT) in het jaar
-- @title.en Flat fee of a rest or nursing home in the year
-- @status published
-- @catalog be-aim
-- @valid 2002-01-01..
-- @basis List maison_repos: no public list of the codes exists, so the study brings its own
-- @param annee INTEGER : calendar year of the prestation (SS00015), not of the accounting
-- @param liste VARCHAR = '0.synthetique', version of maison_repos : whose codes count; real data need a list of your own
-- @column ss00010 INTEGER identifier of person, owner : the person
-- @column annee INTEGER attribute : the year asked for
-- @column flag_maison_repos INTEGER attribute, in (0, 1) : 1 when a flat fee was paid, corrections deducted
-- @zones soins_sante ss00010 ss00015 ss00020 ss00050
-- @zones population pp0010 pp0050
-- @list maison_repos@0.synthetique
-- @sas sha256:591cdd06e6c0e30060337949f58aaec3e980b560f1b0daa51436f3d239d3e676
-- @note The default list is synthetic: it goes with the demonstration data and means nothing on real data. For real
--   data add a version of the list maison_repos to your catalogue and name it: flags.maison_repos_v1(2007, liste := '...').
-- @note A version of the list that does not exist stops the query, because it would make everybody a 0.
-- @note One row for every person in a population photo of the year or in the health-care claims of the year, with 0
--   where nothing was booked: join on ss00010, inner or left.
-- @note Corrections are rows with a negative count. Counts are summed per person and year over all codes of the list:
--   what was booked and then fully corrected is 0.
-- @note Codes are compared without leading zeros, because fixed-width deliveries carry them on seven positions.
-- @note The published statistics of rest-home residents count persons of 65 and over with a fee on 31 March; this flag
--   has neither the age nor the day: add them where you need them.
CREATE OR REPLACE MACRO flags.maison_repos_v1(annee INTEGER, liste VARCHAR := '0.synthetique') AS TABLE
WITH attestations AS (
    SELECT s.ss00010, sum(s.ss00050) FILTER (l.code IS NOT NULL) AS cas
    FROM main.soins_sante AS s
    LEFT JOIN (
        SELECT DISTINCT ltrim(code, '0') AS code FROM ref.maison_repos WHERE version = liste
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
    CASE
        WHEN (SELECT count(*) FROM ref.maison_repos WHERE version = liste) = 0
            THEN error('no such version of the list maison_repos')
        WHEN a.cas > 0 THEN 1
        ELSE 0
    END AS flag_maison_repos
FROM personnes
LEFT JOIN attestations AS a ON a.ss00010 = personnes.ss00010
