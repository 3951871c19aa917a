-- @question How many insured persons are there by province and sex at the end of 2008?
SELECT population.province_v1(pp0025) AS province, pp0020 AS sexe, count(*) AS personnes
FROM population
WHERE pp0050 = 200812
GROUP BY 1, 2
ORDER BY 1, 2;

-- @question The age pyramid of the sample, in classes of five years
SELECT
    population.classe_age_v1(pp0015, 2008) AS classe,
    count(*) FILTER (WHERE pp0020 = '1') AS hommes,
    count(*) FILTER (WHERE pp0020 = '2') AS femmes
FROM population.photo_v1(2008)
GROUP BY classe
ORDER BY classe;

-- @question Which share of each province has the preferential tariff?
SELECT
    p.fr AS province,
    count(*) AS personnes,
    round(100.0 * sum(population.tarif_preferentiel_v1(ph.pp0030)) / count(*), 1) AS pct_preferentiel
FROM population.photo_v1(2008) AS ph
JOIN ref.provinces AS p ON p.code = CAST(population.province_v1(ph.pp0025) AS VARCHAR)
GROUP BY p.fr
ORDER BY pct_preferentiel DESC;

-- @question Persons of 65 and older by age class, with the weight of the sample (1/20 from 65 on)
SELECT population.classe_age_v1(pp0015, 2008) AS classe, count(*) AS echantillon, sum(20) AS estimation
FROM population
WHERE pp0050 = 200812 AND 2008 - pp0015 >= 65
GROUP BY 1
ORDER BY 1;

-- @question Estimated Belgian population by sex, weighting 40 below 65 and 20 above
SELECT pp0020 AS sexe, sum(CASE WHEN 2008 - pp0015 < 65 THEN 40 ELSE 20 END) AS estimation, count(*) AS echantillon
FROM population.photo_v1(2008)
GROUP BY pp0020;

-- @question How did each half-year photo grow or shrink?
SELECT pp0050 AS photo, count(*) AS personnes, count(*) - lag(count(*)) OVER (ORDER BY pp0050) AS evolution
FROM population
GROUP BY pp0050
ORDER BY pp0050;

-- @question Holders and dependants by insurer
SELECT
    pp0004 AS oa,
    count(*) FILTER (WHERE pp1002 = '1') AS titulaires,
    count(*) FILTER (WHERE pp1002 IN ('2', '3', '4')) AS personnes_a_charge,
    count(*) AS total
FROM population
WHERE pp0050 = 200812
GROUP BY pp0004
ORDER BY pp0004;

-- @question Mean age and its spread by insurer
SELECT pp0004, round(avg(2008 - pp0015), 1) AS age_moyen, round(stddev(2008 - pp0015), 1) AS ecart_type
FROM population
WHERE pp0050 = 200812
GROUP BY ALL
ORDER BY ALL;

-- @question Median age by province
-- @differs a quantile is the mean of the values around its place
SELECT population.province_v1(pp0025) AS province, median(2008 - pp0015) AS age_median
FROM population.photo_v1(2008)
GROUP BY 1
ORDER BY 1;

-- @question The ten municipalities with the most persons in the sample
SELECT c.fr AS commune, count(*) AS personnes
FROM population.photo_v1(2008) AS p
JOIN ref.communes AS c ON c.code = p.pp0025
GROUP BY c.fr
ORDER BY personnes DESC, commune
LIMIT 10;

-- @question Persons with a right to integration allowance or help to the elderly by age class
SELECT
    population.classe_age_v1(pp0015, 2008) AS classe,
    count_if(pp2005 = '1') AS integration,
    count_if(pp2006 = '1') AS aide_personnes_agees,
    count(*) AS personnes
FROM population.photo_v1(2008)
GROUP BY classe
ORDER BY classe;

-- @question Who died in 2008, by sex and broad age group?
SELECT
    pp0020 AS sexe,
    CASE WHEN 2008 - pp0015 < 65 THEN '0-64' WHEN 2008 - pp0015 < 80 THEN '65-79' ELSE '80+' END AS groupe,
    count(DISTINCT pp0010) AS deces
FROM population
WHERE pp0040 BETWEEN 200801 AND 200812
GROUP BY ALL
ORDER BY ALL;

-- @question Crude death rate per thousand by province
SELECT
    population.province_v1(pp0025) AS province,
    round(1000.0 * count(*) FILTER (WHERE pp0040 IS NOT NULL) / count(*), 2) AS deces_pour_mille
FROM population.photo_v1(2008)
GROUP BY province
ORDER BY province;

-- @question Share of chronic patients (any lump sum of file 2000) by age class
WITH chroniques AS (
    SELECT
        pp0010,
        population.classe_age_v1(pp0015, 2008) AS classe,
        CASE WHEN '1' IN (pp2001, pp2002, pp2003, pp2010, pp2011) THEN 1 ELSE 0 END AS chronique
    FROM population.photo_v1(2008)
)
SELECT classe, count(*) AS personnes, sum(chronique) AS chroniques, round(100.0 * avg(chronique), 1) AS pct
FROM chroniques
GROUP BY classe
ORDER BY classe;

-- @question Persons by district, from the municipality's own list
SELECT a.fr AS arrondissement, count(*) AS personnes
FROM population AS p
JOIN ref.communes AS c ON c.code = p.pp0025
JOIN ref.arrondissements AS a ON a.code = c.arrondissement
WHERE p.pp0050 = 200812
GROUP BY a.fr
HAVING count(*) >= 50
ORDER BY personnes DESC;

-- @question Social situation of the holders, in per cent of all holders
SELECT pp1003 AS situation, count(*) AS n, round(100.0 * count(*) / sum(count(*)) OVER (), 1) AS pct
FROM population
WHERE pp0050 = 200812 AND pp1002 = '1'
GROUP BY pp1003
ORDER BY pp1003;

-- @question Persons who were in the photo of 2006 and no longer in that of 2008
SELECT pp0020 AS sexe, count(*) AS partis
FROM population AS a
WHERE pp0050 = 200612
  AND NOT EXISTS (SELECT 1 FROM population AS b WHERE b.pp0010 = a.pp0010 AND b.pp0050 = 200812)
GROUP BY pp0020
ORDER BY pp0020;

-- @question Persons who moved to another municipality between the two photos
SELECT count(*) AS personnes, count_if(a.pp0025 <> b.pp0025) AS demenagements
FROM population AS a
JOIN population AS b ON b.pp0010 = a.pp0010
WHERE a.pp0050 = 200612 AND b.pp0050 = 200812;

-- @question Men and women of 85 and older by region
SELECT
    CASE
        WHEN population.province_v1(pp0025) = 21000 THEN 'Bruxelles'
        WHEN population.province_v1(pp0025) IN (20002, 50000, 60000, 80000, 90000) THEN 'Wallonie'
        WHEN population.province_v1(pp0025) IN (10000, 20001, 30000, 40000, 70000) THEN 'Flandre'
    END AS region,
    pp0020 AS sexe,
    count(*) AS personnes
FROM population.photo_v1(2008)
WHERE pp0015 <= 1923
GROUP BY 1, 2
ORDER BY 1, 2;

-- @question Mean income of the sector of residence by preferential tariff
SELECT
    population.tarif_preferentiel_v1(p.pp0030) AS preferentiel,
    count(*) AS personnes,
    round(avg(s.revenu_moyen), 0) AS revenu_moyen_du_secteur
FROM population.photo_v1(2008) AS p
JOIN secteurs AS s ON s.secteur = p.pp0055
GROUP BY 1
ORDER BY 1;

-- @question Population by income class of the statistical sector
SELECT
    CASE WHEN s.revenu_median < 18000 THEN 'bas' WHEN s.revenu_median < 24000 THEN 'moyen' ELSE 'haut' END AS revenu,
    count(*) AS personnes,
    round(avg(2008 - p.pp0015), 1) AS age_moyen
FROM population AS p
JOIN secteurs AS s ON p.pp0055 = s.secteur
WHERE p.pp0050 = 200812
GROUP BY revenu
ORDER BY personnes DESC;

-- @question Weighted estimate of the persons with a preferential tariff, by province
SELECT
    population.province_v1(pp0025) AS province,
    sum(CASE WHEN 2008 - pp0015 < 65 THEN 40 ELSE 20 END) FILTER (WHERE population.tarif_preferentiel_v1(pp0030) = 1) AS estimation,
    count(*) FILTER (WHERE population.tarif_preferentiel_v1(pp0030) = 1) AS echantillon
FROM population.photo_v1(2008)
GROUP BY province
ORDER BY province;

-- @question Weighted mean age of each insurer's members
SELECT
    pp0004 AS oa,
    round(1.0 * sum(CASE WHEN 2008 - pp0015 < 65 THEN 40 * (2008 - pp0015) ELSE 20 * (2008 - pp0015) END)
        / sum(CASE WHEN 2008 - pp0015 < 65 THEN 40 ELSE 20 END), 1) AS age_moyen
FROM population
WHERE pp0050 = 200812
GROUP BY oa
ORDER BY oa;

-- @question Men and women side by side by insurer, with their ratio
SELECT pp0004 AS oa, count_if(pp0020 = '1') AS hommes, count_if(pp0020 = '2') AS femmes,
    round(1.0 * count_if(pp0020 = '2') / count_if(pp0020 = '1'), 2) AS ratio
FROM population
WHERE pp0050 IN (200806) AND pp1001 = '1'
GROUP BY 1
ORDER BY ratio DESC;
