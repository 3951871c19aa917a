-- @question Reimbursement per year, with the growth rate
SELECT
    year(ss00015) AS annee,
    sum(ss00060) AS cents,
    round(100.0 * sum(ss00060) / lag(sum(ss00060)) OVER (ORDER BY year(ss00015)) - 100, 2) AS croissance_pct
FROM soins_sante
WHERE ss00015 BETWEEN DATE '2006-01-01' AND DATE '2008-12-31'
GROUP BY annee
ORDER BY annee;

-- @question The same month a year earlier
WITH mois AS (
    SELECT year(ss00015) AS annee, month(ss00015) AS mois, sum(ss00050) AS n
    FROM pharmanet
    WHERE ss00015 BETWEEN DATE '2006-01-01' AND DATE '2008-12-31'
    GROUP BY 1, 2
)
SELECT a.mois, b.n AS n_2007, a.n AS n_2008, round(100.0 * a.n / b.n - 100, 1) AS evolution_pct
FROM mois AS a
JOIN mois AS b ON b.mois = a.mois AND b.annee = a.annee - 1
WHERE a.annee = 2008
ORDER BY a.mois;

-- @question A series of months in which months without deliveries show too
SELECT m.mois, coalesce(p.boites, 0) AS boites
FROM generate_series(1, 12) AS m(mois)
LEFT JOIN (
    SELECT month(ss00015) AS mois, sum(ss00050) AS boites
    FROM pharmanet
    WHERE ss00135 IN ('1349089', '1351050') AND year(ss00015) = 2008
    GROUP BY 1
) AS p ON p.mois = m.mois
ORDER BY m.mois;

-- @question Quarterly patients of physiotherapy, three years side by side
SELECT
    quarter(ss00015) AS trimestre,
    count(DISTINCT ss00010) FILTER (WHERE year(ss00015) = 2006) AS "2006",
    count(DISTINCT ss00010) FILTER (WHERE year(ss00015) = 2007) AS "2007",
    count(DISTINCT ss00010) FILTER (WHERE year(ss00015) = 2008) AS "2008"
FROM soins_sante
WHERE ss00035 = '061'
GROUP BY trimestre
ORDER BY trimestre;

-- @question The same, pivoted
PIVOT (
    SELECT quarter(ss00015) AS trimestre, year(ss00015) AS annee, count(DISTINCT ss00010) AS patients
    FROM soins_sante
    WHERE ss00035 = '061' AND ss00015 BETWEEN DATE '2006-01-01' AND DATE '2008-12-31'
    GROUP BY 1, 2
)
ON annee IN (2006, 2007, 2008)
USING sum(patients)
ORDER BY trimestre;

-- @question Index of consultations with 2006 as 100
WITH annees AS (
    SELECT year(ss00015) AS annee, sum(ss00050) AS n
    FROM soins_sante
    WHERE ss00020 = '101076' AND ss00015 BETWEEN DATE '2006-01-01' AND DATE '2008-12-31'
    GROUP BY annee
)
SELECT annee, n, round(100.0 * n / first_value(n) OVER (ORDER BY annee), 1) AS indice
FROM annees
ORDER BY annee;

-- @question Delay between service and accounting, in months
SELECT
    (ss00025 // 100 - year(ss00015)) * 12 + ss00025 % 100 - month(ss00015) AS delai_mois,
    count(*) AS prestations
FROM soins_sante
WHERE year(ss00015) = 2007
GROUP BY delai_mois
ORDER BY delai_mois;

-- @question Persons insured in all three December photos
SELECT photos, count(*) AS personnes
FROM (
    SELECT pp0010, count(DISTINCT pp0050) AS photos
    FROM population
    WHERE pp0050 IN (200612, 200712, 200812)
    GROUP BY pp0010
)
GROUP BY photos
ORDER BY photos;

-- @question Growth of each drug category between 2006 and 2008
SELECT
    ss00020 AS categorie,
    sum(CASE WHEN year(ss00015) = 2006 THEN ss00050 ELSE 0 END) AS n_2006,
    sum(CASE WHEN year(ss00015) = 2008 THEN ss00050 ELSE 0 END) AS n_2008,
    round(100.0 * sum(CASE WHEN year(ss00015) = 2008 THEN ss00050 ELSE 0 END)
        / sum(CASE WHEN year(ss00015) = 2006 THEN ss00050 ELSE 0 END) - 100, 1) AS croissance
FROM pharmanet
GROUP BY categorie
ORDER BY categorie;

-- @question Weekly deliveries of antibiotics in 2008
SELECT week(ss00015) AS semaine, sum(ss00050) AS boites
FROM pharmanet
WHERE ss00135 IN ('1349089', '1351050', '1353011', '1354972') AND ss00015 BETWEEN DATE '2008-01-01' AND DATE '2008-12-28'
GROUP BY semaine
ORDER BY semaine;

-- @question Patients and spending by year and province, in one long table
SELECT year(s.ss00015) AS annee, population.province_v1(p.pp0025) AS province, count(DISTINCT s.ss00010) AS patients, sum(s.ss00060) AS cents
FROM soins_sante AS s
JOIN population AS p ON p.pp0010 = s.ss00010 AND p.pp0050 = year(s.ss00015) * 100 + 12
WHERE s.ss00015 BETWEEN DATE '2006-01-01' AND DATE '2008-12-31'
GROUP BY annee, province
ORDER BY annee, province;

-- @question Mean number of contacts over the three years, per person seen every year
WITH an AS (
    SELECT ss00010, year(ss00015) AS annee, sum(ss00050) AS n
    FROM soins_sante
    WHERE ss00020 IN ('101076', '101032', '103132') AND ss00015 BETWEEN DATE '2006-01-01' AND DATE '2008-12-31'
    GROUP BY ss00010, year(ss00015)
), fideles AS (
    SELECT ss00010, count(*) AS annees, sum(n) AS n FROM an GROUP BY ss00010
)
SELECT annees, count(*) AS patients, round(avg(n / annees), 2) AS contacts_par_an
FROM fideles
GROUP BY annees
ORDER BY annees;
