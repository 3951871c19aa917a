-- @question Stays and days in hospital by age class
SELECT
    population.classe_age_v1(p.pp0015, 2008) AS classe,
    count(DISTINCT s.ss00010) AS patients,
    sum(s.ss00055) AS jours
FROM soins_sante AS s
JOIN population.photo_v1(2008) AS p ON p.pp0010 = s.ss00010
WHERE s.ss00020 = '768025' AND year(s.ss00015) = 2008
GROUP BY classe
ORDER BY classe;

-- @question Length of stay: mean and median of the stays
WITH sejours AS (
    SELECT ss00010, ss00110 AS admission, max(ss00115) AS sortie
    FROM soins_sante
    WHERE ss00110 IS NOT NULL AND ss00115 IS NOT NULL AND year(ss00110) = 2008
    GROUP BY ss00010, ss00110
)
SELECT count(*) AS sejours, round(avg(sortie - admission), 2) AS duree_moyenne, median(sortie - admission) AS duree_mediane
FROM sejours;

-- @question Stays by length
WITH sejours AS (
    SELECT ss00010, ss00110 AS admission, max(ss00115) - ss00110 AS jours
    FROM soins_sante
    WHERE ss00110 IS NOT NULL AND ss00115 IS NOT NULL AND year(ss00110) = 2008
    GROUP BY ss00010, ss00110
)
SELECT CASE WHEN jours <= 1 THEN '0-1' WHEN jours <= 4 THEN '2-4' WHEN jours <= 14 THEN '5-14' ELSE '15+' END AS duree, count(*) AS sejours
FROM sejours
GROUP BY duree
ORDER BY sejours DESC;

-- @question Readmission within 30 days
WITH sejours AS (
    SELECT DISTINCT ss00010, ss00110 AS admission, ss00115 AS sortie
    FROM soins_sante
    WHERE ss00110 IS NOT NULL AND ss00115 IS NOT NULL AND ss00110 BETWEEN DATE '2007-01-01' AND DATE '2008-11-30'
), suite AS (
    SELECT ss00010, sortie, lead(admission) OVER (PARTITION BY ss00010 ORDER BY admission, sortie) AS suivante
    FROM sejours
)
SELECT count(*) AS sejours, count_if(suivante - sortie BETWEEN 0 AND 30) AS readmissions
FROM suite;

-- @question Readmission with a self join on the person
WITH sejours AS (
    SELECT ss00010, ss00110 AS admission, max(ss00115) AS sortie
    FROM soins_sante
    WHERE ss00110 IS NOT NULL AND year(ss00110) = 2008
    GROUP BY ss00010, ss00110
)
SELECT count(DISTINCT a.ss00010) AS patients_readmis
FROM sejours AS a
JOIN sejours AS b ON b.ss00010 = a.ss00010 AND b.admission > a.sortie AND b.admission <= a.sortie + INTERVAL 30 DAY;

-- @question Stays per hospital patient
SELECT sejours, count(*) AS patients
FROM (
    SELECT ss00010, least(count(DISTINCT ss00110), 4) AS sejours
    FROM soins_sante
    WHERE ss00110 IS NOT NULL AND year(ss00110) = 2008
    GROUP BY ss00010
)
GROUP BY sejours
ORDER BY sejours;

-- @question Admissions per month of three years
SELECT date_trunc('month', ss00110) AS mois, count(DISTINCT ss00010) AS patients
FROM soins_sante
WHERE ss00110 BETWEEN DATE '2006-01-01' AND DATE '2008-12-31'
GROUP BY mois
ORDER BY mois;

-- @question Spending during stays and outside them
SELECT
    CASE WHEN ss00110 IS NULL THEN 'ambulant' ELSE 'hospitalisé' END AS lieu,
    sum(ss00060) AS cents,
    round(100.0 * sum(ss00060) / sum(sum(ss00060)) OVER (), 1) AS pct
FROM soins_sante
WHERE year(ss00015) = 2008
GROUP BY lieu
ORDER BY lieu;

-- @question Hospitals with the most patients of the sample
SELECT ss00075 AS hopital, count(DISTINCT ss00010) AS patients
FROM soins_sante
WHERE ss00020 = '768025' AND year(ss00015) = 2008
GROUP BY ss00075
ORDER BY patients DESC
LIMIT 5;

-- @question Persons over 80 with at least one stay, by preferential tariff
SELECT
    population.tarif_preferentiel_v1(p.pp0030) AS preferentiel,
    count(*) AS personnes,
    count(*) FILTER (WHERE p.pp0010 IN (SELECT ss00010 FROM soins_sante WHERE ss00110 IS NOT NULL AND year(ss00110) = 2008)) AS hospitalises
FROM population.photo_v1(2008) AS p
WHERE 2008 - p.pp0015 >= 80
GROUP BY 1
ORDER BY 1;

-- @question A general practitioner's contact in the week after discharge
WITH sorties AS (
    SELECT ss00010, max(ss00115) AS sortie
    FROM soins_sante
    WHERE ss00115 BETWEEN DATE '2008-01-01' AND DATE '2008-12-15'
    GROUP BY ss00010
), suivis AS (
    SELECT s.ss00010, count(*) AS contacts
    FROM sorties AS s
    JOIN soins_sante AS c ON c.ss00010 = s.ss00010
    WHERE c.ss00020 IN ('101076', '101032', '103132') AND c.ss00015 BETWEEN s.sortie AND s.sortie + INTERVAL 7 DAY
    GROUP BY s.ss00010
)
SELECT count(*) AS sortants, count(f.contacts) AS vus_dans_la_semaine
FROM sorties AS s
LEFT JOIN suivis AS f ON f.ss00010 = s.ss00010;

-- @question Surgery under the flag of implants: patients by year
SELECT year(ss00015) AS annee, count(DISTINCT ss00010) AS patients
FROM soins_sante
WHERE ss00170 IS NOT NULL AND ss00015 BETWEEN DATE '2006-01-01' AND DATE '2008-12-31'
GROUP BY 1
ORDER BY 1;
