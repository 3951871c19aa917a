-- @question Persons by province and sex with sub-totals and a total
SELECT population.province_v1(pp0025) AS province, pp0020 AS sexe, count(*) AS personnes
FROM population.photo_v1(2008)
GROUP BY ROLLUP (1, 2)
ORDER BY 1 NULLS LAST, 2 NULLS LAST;

-- @question The same with labels for the margins
SELECT
    CASE WHEN grouping(pp0020) = 1 THEN 'total' ELSE pp0020 END AS sexe,
    count(*) AS personnes,
    round(avg(2008 - pp0015), 1) AS age_moyen
FROM population.photo_v1(2008)
GROUP BY ROLLUP (pp0020)
ORDER BY sexe;

-- @question Preferential tariff and sex, each on its own and together
SELECT population.tarif_preferentiel_v1(pp0030) AS preferentiel, pp0020 AS sexe, count(*) AS n
FROM population.photo_v1(2008)
GROUP BY GROUPING SETS ((1), (2), (1, 2), ())
ORDER BY ALL;

-- @question A total row added with UNION ALL
SELECT pp0020 AS sexe, count(*) AS n FROM population.photo_v1(2008) GROUP BY pp0020
UNION ALL
SELECT 'total', count(*) FROM population.photo_v1(2008)
ORDER BY sexe;

-- @question Provinces ranked by spending per head
WITH province AS (
    SELECT population.province_v1(p.pp0025) AS province, avg(c.total) AS moyenne, count(*) AS n
    FROM population.photo_v1(2008) AS p
    JOIN couts.patient_v1(2008) AS c ON c.ss00010 = p.pp0010
    GROUP BY 1
)
SELECT rank() OVER (ORDER BY moyenne DESC) AS rang, province, round(moyenne / 100, 2) AS eur
FROM province
WHERE n >= 100
ORDER BY rang;

-- @question The three dearest codes of each accounting group
SELECT document_c, code, cents
FROM (
    SELECT ss00035 AS document_c, ss00020 AS code, sum(ss00060) AS cents
    FROM soins_sante
    WHERE year(ss00015) = 2008
    GROUP BY 1, 2
)
QUALIFY row_number() OVER (PARTITION BY document_c ORDER BY cents DESC) <= 3
ORDER BY document_c, cents DESC;

-- @question Users by age class and drug category, categories in columns
PIVOT (
    SELECT population.classe_age_v1(p.pp0015, 2008) AS classe, m.ss00020 AS categorie, count(DISTINCT m.ss00010) AS patients
    FROM pharmanet AS m
    JOIN population.photo_v1(2008) AS p ON p.pp0010 = m.ss00010
    WHERE year(m.ss00015) = 2008
    GROUP BY 1, 2
)
ON categorie IN ('751001', '751012', '751023')
USING sum(patients)
ORDER BY classe;

-- @question Indicators of each province in long form
WITH indicateurs AS (
    SELECT
        population.province_v1(p.pp0025) AS province,
        count(*) AS personnes,
        sum(d.flag_dmg) AS dmg,
        sum(m.flag_maison_medicale) AS maison_medicale
    FROM population.photo_v1(2008) AS p
    JOIN flags.dmg_v1(2008) AS d ON d.ss00010 = p.pp0010
    JOIN flags.maison_medicale_v1(2008) AS m ON m.ss00010 = p.pp0010
    GROUP BY 1
)
UNPIVOT indicateurs
ON personnes, dmg, maison_medicale
INTO NAME indicateur VALUE n
ORDER BY province, indicateur;

-- @question Distribution of patients over classes of contacts, cumulated
-- @differs the key has no closed list: a total, a rank or a limit speaks of the listed rows
WITH n AS (
    SELECT ss00010, least(sum(ss00050), 20) AS contacts
    FROM soins_sante
    WHERE ss00020 = '101076' AND year(ss00015) = 2008
    GROUP BY ss00010
), classes AS (
    SELECT contacts, count(*) AS patients FROM n WHERE contacts > 0 GROUP BY contacts
)
SELECT contacts, patients, sum(patients) OVER (ORDER BY contacts) AS cumul
FROM classes
ORDER BY contacts;

-- @question Which provinces differ most from the national share of women?
WITH parts AS (
    SELECT population.province_v1(pp0025) AS province, avg(CASE WHEN pp0020 = '2' THEN 1.0 ELSE 0.0 END) AS femmes
    FROM population.photo_v1(2008)
    GROUP BY 1
)
SELECT province, round(100 * femmes, 1) AS femmes_pct,
    round(100 * (femmes - (SELECT avg(CASE WHEN pp0020 = '2' THEN 1.0 ELSE 0.0 END) FROM population.photo_v1(2008))), 1) AS ecart
FROM parts
ORDER BY abs(femmes - 0.5) DESC;

-- @question Labels of the insurers from a small table in the query
SELECT o.nom, count(*) AS personnes
FROM population AS p
JOIN (VALUES ('1', 'chrétiennes'), ('2', 'neutres'), ('3', 'socialistes'), ('4', 'libérales'), ('5', 'libres'), ('6', 'CAAMI'), ('9', 'SNCB')) AS o(code, nom)
    ON o.code = p.pp0004
WHERE p.pp0050 = 200812
GROUP BY o.nom
ORDER BY personnes DESC;

-- @question Which sexes and tariffs occur at all?
SELECT DISTINCT pp0020 AS sexe, population.tarif_preferentiel_v1(pp0030) AS preferentiel
FROM population.photo_v1(2008)
ORDER BY ALL;

-- @question Regions from a condition that names no macro
SELECT
    CASE substr(pp0025, 1, 1) WHEN '2' THEN 'Brabant et Bruxelles' WHEN '5' THEN 'Hainaut' WHEN '6' THEN 'Liège' ELSE 'autres' END AS region,
    count(*) AS personnes,
    count_if(pp0020 = '2') AS femmes
FROM population
WHERE pp0050 = 200812
GROUP BY region
ORDER BY region;

-- @question Packages for men and women as a ratio
WITH boites AS (
    SELECT ss00020 AS categorie, p.pp0020 AS sexe, sum(ss00050) AS n
    FROM pharmanet JOIN population.photo_v1(2008) AS p ON p.pp0010 = ss00010
    WHERE year(ss00015) = 2008
    GROUP BY 1, 2
)
SELECT h.categorie, h.n AS hommes, f.n AS femmes, round(1.0 * f.n / h.n, 2) AS ratio
FROM boites AS h
JOIN boites AS f ON f.categorie = h.categorie AND f.sexe = '2'
WHERE h.sexe = '1'
ORDER BY h.categorie;

-- @question The national figure beside each province's, with a window
SELECT
    province,
    personnes,
    preferentiels,
    round(100.0 * preferentiels / personnes, 1) AS pct,
    round(100.0 * sum(preferentiels) OVER () / sum(personnes) OVER (), 1) AS pct_belgique
FROM (
    SELECT population.province_v1(pp0025) AS province, count(*) AS personnes, count_if(population.tarif_preferentiel_v1(pp0030) = 1) AS preferentiels
    FROM population.photo_v1(2008)
    WHERE population.province_v1(pp0025) > 0
    GROUP BY 1
)
ORDER BY province;

-- @question Education of the sectors in which the persons live
SELECT
    population.province_v1(p.pp0025) AS province,
    count(*) AS personnes,
    round(avg(100.0 * s.ens_superieur / nullif(s.ens_primaire + s.ens_secondaire_inferieur + s.ens_secondaire_superieur + s.ens_post_secondaire + s.ens_superieur, 0)), 1) AS pct_superieur
FROM population.photo_v1(2008) AS p
JOIN secteurs AS s ON s.secteur = p.pp0055
GROUP BY 1
ORDER BY 1;
