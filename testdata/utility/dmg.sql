-- @question DMG coverage by province and preferential tariff
SELECT
    population.province_v1(p.pp0025) AS province,
    population.tarif_preferentiel_v1(p.pp0030) AS preferentiel,
    count(*) AS personnes,
    sum(d.flag_dmg) AS avec_dmg,
    round(100.0 * sum(d.flag_dmg) / count(*), 1) AS pct
FROM population.photo_v1(2008) AS p
JOIN flags.dmg_v1(2008) AS d ON d.ss00010 = p.pp0010
GROUP BY ALL
ORDER BY ALL;

-- @question DMG coverage in each of the three years
SELECT annee, round(100.0 * avg(flag_dmg), 2) AS pct
FROM (
    SELECT annee, flag_dmg FROM flags.dmg_v1(2006)
    UNION ALL
    SELECT annee, flag_dmg FROM flags.dmg_v1(2007)
    UNION ALL
    SELECT annee, flag_dmg FROM flags.dmg_v1(2008)
)
GROUP BY annee
ORDER BY annee;

-- @question The same trend, each year counted on its own
SELECT 2006 AS annee, count(*) AS personnes, sum(flag_dmg) AS dmg FROM flags.dmg_v1(2006)
UNION ALL
SELECT 2007, count(*), sum(flag_dmg) FROM flags.dmg_v1(2007)
UNION ALL
SELECT 2008, count(*), sum(flag_dmg) FROM flags.dmg_v1(2008)
ORDER BY annee;

-- @question DMG by age class and sex, as a table with the sexes side by side
SELECT
    population.classe_age_v1(p.pp0015, 2008) AS classe,
    round(100.0 * avg(d.flag_dmg) FILTER (WHERE p.pp0020 = '1'), 1) AS hommes_pct,
    round(100.0 * avg(d.flag_dmg) FILTER (WHERE p.pp0020 = '2'), 1) AS femmes_pct
FROM population.photo_v1(2008) AS p
JOIN flags.dmg_v1(2008) AS d ON d.ss00010 = p.pp0010
GROUP BY classe
ORDER BY classe;

-- @question Persons with a DMG, in a flat-rate practice, in both or in neither
SELECT
    d.flag_dmg AS dmg,
    m.flag_maison_medicale AS maison_medicale,
    count(*) AS personnes
FROM flags.dmg_v1(2008) AS d
JOIN flags.maison_medicale_v1(2008) AS m ON m.ss00010 = d.ss00010
GROUP BY 1, 2
ORDER BY 1, 2;

-- @question Flat-rate practices by region
CREATE VIEW personnes AS
SELECT
    p.pp0010,
    CASE population.province_v1(p.pp0025) WHEN 21000 THEN 'Bruxelles' WHEN 20002 THEN 'Wallonie' WHEN 50000 THEN 'Wallonie'
        WHEN 60000 THEN 'Wallonie' WHEN 80000 THEN 'Wallonie' WHEN 90000 THEN 'Wallonie' ELSE 'Flandre' END AS region
FROM population.photo_v1(2008) AS p;
SELECT region, count(*) AS personnes, sum(m.flag_maison_medicale) AS inscrits
FROM personnes AS p
JOIN flags.maison_medicale_v1(2008) AS m ON m.ss00010 = p.pp0010
GROUP BY region
ORDER BY region;

-- @question Residents of rest and nursing homes of 65 and older, by age class
SELECT population.classe_age_v1(p.pp0015, 2008) AS classe, count(*) AS personnes, sum(r.flag_maison_repos) AS residents
FROM population.photo_v1(2008) AS p
JOIN flags.maison_repos_v1(2008) AS r ON r.ss00010 = p.pp0010
WHERE p.pp0015 <= 1943
GROUP BY 1
ORDER BY 1;

-- @question Which share of the persons over 75 has no DMG, by insurer?
SELECT p.pp0004 AS oa, count(*) AS plus_de_75, round(100.0 * count(*) FILTER (WHERE d.flag_dmg = 0) / count(*), 1) AS sans_dmg_pct
FROM population AS p
JOIN flags.dmg_v1(2008) AS d ON d.ss00010 = p.pp0010
WHERE p.pp0050 = 200812 AND 2008 - p.pp0015 > 75
GROUP BY p.pp0004
ORDER BY p.pp0004;

-- @question New DMGs of 2008: a record in 2008 and none in 2007
SELECT count(*) AS personnes, count(*) FILTER (WHERE b.flag_dmg = 1 AND a.flag_dmg = 0) AS nouveaux
FROM flags.dmg_v1(2007) AS a
JOIN flags.dmg_v1(2008) AS b USING (ss00010);

-- @question Do persons keep their DMG from year to year?
WITH trajet AS (
    SELECT a.ss00010, CAST(a.flag_dmg AS VARCHAR) || CAST(b.flag_dmg AS VARCHAR) || CAST(c.flag_dmg AS VARCHAR) AS trajet
    FROM flags.dmg_v1(2006) AS a
    JOIN flags.dmg_v1(2007) AS b ON b.ss00010 = a.ss00010
    JOIN flags.dmg_v1(2008) AS c ON c.ss00010 = a.ss00010
)
SELECT trajet, count(*) AS personnes FROM trajet GROUP BY trajet ORDER BY personnes DESC;

-- @question DMG booked without the macro, from the nomenclature codes
SELECT count(DISTINCT ss00010) AS personnes, sum(ss00050) AS attestations, sum(ss00060) / 100 AS eur
FROM soins_sante
WHERE ss00020 IN ('102771', '102793', '103574', '103596') AND year(ss00015) = 2008;

-- @question Flags of the study by sex: DMG, flat-rate practice, rest home
SELECT
    p.pp0020 AS sexe,
    count(*) AS n,
    sum(d.flag_dmg) AS dmg,
    sum(m.flag_maison_medicale) AS mm,
    sum(r.flag_maison_repos) AS mrpa
FROM population.photo_v1(2007) AS p
JOIN flags.dmg_v1(2007) AS d ON d.ss00010 = p.pp0010
JOIN flags.maison_medicale_v1(2007) AS m ON m.ss00010 = p.pp0010
JOIN flags.maison_repos_v1(2007) AS r ON r.ss00010 = p.pp0010
GROUP BY sexe
ORDER BY sexe;

-- @question DMG by month of booking
SELECT month(ss00015) AS mois, count(*) AS attestations, count(DISTINCT ss00010) AS personnes
FROM soins_sante
WHERE ss00020 = '102771' AND ss00015 BETWEEN DATE '2008-01-01' AND DATE '2008-12-31'
GROUP BY mois
ORDER BY mois;

-- @question DMG of unemployed persons' children against other children
SELECT c.flag_chomage AS parent_au_chomage, count(*) AS enfants, round(100.0 * avg(d.flag_dmg), 1) AS dmg_pct
FROM population.chomage_enfant_v1(2008) AS c
JOIN flags.dmg_v1(2008) AS d ON d.ss00010 = c.pp0010
WHERE c.enfant = 1
GROUP BY 1
ORDER BY 1;

-- @question Ratio of each province's DMG coverage to the national one
WITH province AS (
    SELECT population.province_v1(p.pp0025) AS province, avg(d.flag_dmg) AS taux
    FROM population.photo_v1(2008) AS p
    JOIN flags.dmg_v1(2008) AS d ON d.ss00010 = p.pp0010
    GROUP BY 1
), belgique AS (
    SELECT avg(flag_dmg) AS taux FROM flags.dmg_v1(2008)
)
SELECT province, round(100 * p.taux / b.taux, 1) AS indice
FROM province AS p CROSS JOIN belgique AS b
ORDER BY indice DESC;
