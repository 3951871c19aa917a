-- @question Users, packages and reimbursement per package number in 2008
SELECT ss00135 AS cnk, count(DISTINCT ss00010) AS patients, sum(ss00050) AS conditionnements, sum(ss00060) AS cents
FROM pharmanet
WHERE ss00015 BETWEEN DATE '2008-01-01' AND DATE '2008-12-31'
GROUP BY cnk
ORDER BY cents DESC;

-- @question Antihypertensives by class, classes given as lists of package numbers
SELECT
    CASE
        WHEN ss00135 IN ('1258883', '1260844') THEN 'bêtabloquants'
        WHEN ss00135 IN ('1270649', '1272610') THEN 'IEC'
        WHEN ss00135 IN ('1274571', '1276532') THEN 'sartans'
        WHEN ss00135 IN ('1278493', '1280454') THEN 'diurétiques'
    END AS classe,
    count(DISTINCT ss00010) AS patients,
    sum(ss00050) AS conditionnements,
    round(sum(ss00060) / 100.0, 2) AS eur
FROM pharmanet
WHERE year(ss00015) = 2008
GROUP BY classe
HAVING classe IS NOT NULL
ORDER BY patients DESC;

-- @question The same classes from a table of the analyst's own
WITH classes(cnk, atc) AS (
    VALUES ('1258883', 'C07'), ('1260844', 'C07'), ('1270649', 'C09A'), ('1272610', 'C09A'),
           ('1274571', 'C09C'), ('1276532', 'C09C'), ('1278493', 'C03'), ('1280454', 'C03')
)
SELECT atc, count(DISTINCT p.ss00010) AS patients, sum(p.ss00050) AS conditionnements
FROM pharmanet AS p
JOIN classes AS c ON c.cnk = p.ss00135
WHERE p.ss00015 >= DATE '2008-01-01'
GROUP BY atc
ORDER BY atc;

-- @question Statin users by age class and sex
SELECT
    population.classe_age_v1(p.pp0015, 2008) AS classe,
    p.pp0020 AS sexe,
    count(DISTINCT m.ss00010) AS utilisateurs
FROM pharmanet AS m
JOIN population.photo_v1(2008) AS p ON p.pp0010 = m.ss00010
WHERE m.ss00135 IN ('1266727', '1268688') AND year(m.ss00015) = 2008
GROUP BY ALL
ORDER BY ALL;

-- @question Prevalence of antidepressants: users in the photo's population
SELECT
    population.classe_age_v1(p.pp0015, 2008) AS classe,
    count(*) AS personnes,
    count(u.ss00010) AS utilisateurs,
    round(100.0 * count(u.ss00010) / count(*), 1) AS prevalence
FROM population.photo_v1(2008) AS p
LEFT JOIN (
    SELECT DISTINCT ss00010
    FROM pharmanet
    WHERE ss00135 IN ('1298103', '1300064', '1302025', '1303986') AND year(ss00015) = 2008
) AS u ON u.ss00010 = p.pp0010
GROUP BY classe
ORDER BY classe;

-- @question Generic share in reimbursement and packages by class of medicine
SELECT
    ss00020 AS categorie,
    sum(ss00050) AS conditionnements,
    round(100.0 * sum(ss00050) FILTER (WHERE ss00185 = '1') / sum(ss00050), 1) AS dci_pct
FROM pharmanet
WHERE year(ss00015) = 2008
GROUP BY ss00020
ORDER BY ss00020;

-- @question Packages by category of prescriber
SELECT q.categorie, sum(m.ss00050) AS conditionnements, count(DISTINCT m.ss00010) AS patients
FROM pharmanet AS m
JOIN ref.qualifications AS q ON q.code = m.ss00070_qual
WHERE year(m.ss00015) = 2008
GROUP BY q.categorie
ORDER BY conditionnements DESC;

-- @question Antibiotics: packages per thousand persons by province
WITH usage AS (
    SELECT ss00010, sum(ss00050) AS boites
    FROM pharmanet
    WHERE ss00135 IN ('1349089', '1351050', '1353011', '1354972', '1356933', '1358894') AND year(ss00015) = 2008
    GROUP BY ss00010
)
SELECT
    population.province_v1(p.pp0025) AS province,
    count(*) AS personnes,
    round(1000.0 * sum(coalesce(u.boites, 0)) / count(*), 0) AS boites_pour_mille
FROM population.photo_v1(2008) AS p
LEFT JOIN usage AS u ON u.ss00010 = p.pp0010
GROUP BY province
ORDER BY province;

-- @question Polypharmacy: persons with five or more different packages in the year
WITH par_personne AS (
    SELECT ss00010, count(DISTINCT ss00135) AS produits
    FROM pharmanet
    WHERE year(ss00015) = 2008
    GROUP BY ss00010
)
SELECT population.classe_age_v1(p.pp0015, 2008) AS classe, count(*) AS utilisateurs, count_if(produits >= 5) AS polymedication
FROM par_personne AS m
JOIN population.photo_v1(2008) AS p ON p.pp0010 = m.ss00010
GROUP BY classe
ORDER BY classe;

-- @question How many different products do users take? A distribution
SELECT produits, count(*) AS personnes
FROM (
    SELECT ss00010, least(count(DISTINCT ss00135), 15) AS produits
    FROM pharmanet
    WHERE ss00015 BETWEEN DATE '2008-01-01' AND DATE '2008-12-31'
    GROUP BY ss00010
)
GROUP BY produits
ORDER BY produits;

-- @question Mean, median and ninth decile of the number of packages per user
WITH u AS (
    SELECT ss00010, sum(ss00050) AS boites FROM pharmanet WHERE year(ss00015) = 2008 GROUP BY ss00010
)
SELECT round(avg(boites), 2) AS moyenne, median(boites) AS mediane, quantile_cont(boites, 0.9) AS p90
FROM u;

-- @question New users of statins in 2008: a package in 2008 and none before
WITH statines AS (
    SELECT ss00010, min(ss00015) AS premiere
    FROM pharmanet
    WHERE ss00135 IN ('1266727', '1268688')
    GROUP BY ss00010
)
SELECT year(premiere) AS annee, count(*) AS nouveaux
FROM statines
GROUP BY annee
ORDER BY annee;

-- @question Gaps of more than 90 days between two statin packages
WITH delivrances AS (
    SELECT ss00010, ss00015, lag(ss00015) OVER (PARTITION BY ss00010 ORDER BY ss00015) AS precedente
    FROM pharmanet
    WHERE ss00135 IN ('1266727', '1268688')
), ecarts AS (
    SELECT ss00010, max(date_diff('day', precedente, ss00015)) AS plus_long
    FROM delivrances
    GROUP BY ss00010
)
SELECT count(*) AS utilisateurs, count_if(plus_long > 90) AS avec_interruption
FROM ecarts;

-- @question Persistence: statin users of the first quarter who still take them in the last one
WITH t1 AS (
    SELECT DISTINCT ss00010 FROM pharmanet
    WHERE ss00135 IN ('1266727', '1268688') AND ss00015 BETWEEN DATE '2008-01-01' AND DATE '2008-03-31'
)
SELECT
    count(*) AS depart,
    count(*) FILTER (WHERE t4.ss00010 IS NOT NULL) AS encore_au_t4
FROM t1
LEFT JOIN (
    SELECT DISTINCT ss00010 FROM pharmanet
    WHERE ss00135 IN ('1266727', '1268688') AND ss00015 BETWEEN DATE '2008-10-01' AND DATE '2008-12-31'
) AS t4 ON t4.ss00010 = t1.ss00010;

-- @question Users of an antidiabetic but of no statin
SELECT p.pp0020 AS sexe, count(*) AS diabetiques_sans_statine
FROM population.photo_v1(2008) AS p
WHERE p.pp0010 IN (SELECT ss00010 FROM pharmanet WHERE ss00135 IN ('1290259', '1292220', '1294181', '1296142') AND year(ss00015) = 2008)
  AND p.pp0010 NOT IN (SELECT ss00010 FROM pharmanet WHERE ss00135 IN ('1266727', '1268688') AND year(ss00015) = 2008)
GROUP BY p.pp0020
ORDER BY p.pp0020;

-- @question The same with EXISTS and NOT EXISTS
SELECT population.classe_age_v1(p.pp0015, 2008) AS classe, count(*) AS diabetiques_sans_statine
FROM population.photo_v1(2008) AS p
WHERE EXISTS (
        SELECT 1 FROM pharmanet AS m
        WHERE m.ss00010 = p.pp0010 AND m.ss00135 IN ('1290259', '1292220', '1294181', '1296142')
    )
  AND NOT EXISTS (
        SELECT 1 FROM pharmanet AS m
        WHERE m.ss00010 = p.pp0010 AND m.ss00135 IN ('1266727', '1268688')
    )
GROUP BY classe
ORDER BY classe;

-- @question Persons with both an antihypertensive and an antidiabetic, by intersection
SELECT count(*) AS personnes
FROM (
    SELECT ss00010 FROM pharmanet WHERE ss00135 IN ('1258883', '1260844', '1270649', '1272610')
    INTERSECT
    SELECT ss00010 FROM pharmanet WHERE ss00135 IN ('1290259', '1292220')
);

-- @question Persons with an antihypertensive but no antidiabetic, by difference of sets
SELECT count(*) AS personnes
FROM (
    SELECT ss00010 FROM pharmanet WHERE ss00135 IN ('1258883', '1260844', '1270649', '1272610')
    EXCEPT
    SELECT ss00010 FROM pharmanet WHERE ss00135 IN ('1290259', '1292220')
);

-- @question Co-payments for medicines by preferential tariff
SELECT
    population.tarif_preferentiel_v1(p.pp0030) AS preferentiel,
    count(DISTINCT m.ss00010) AS patients,
    sum(m.ss00160) AS tickets_cents,
    round(sum(m.ss00160) / 100.0 / count(DISTINCT m.ss00010), 2) AS eur_par_patient
FROM pharmanet AS m
JOIN population.photo_v1(2008) AS p ON p.pp0010 = m.ss00010
WHERE year(m.ss00015) = 2008
GROUP BY 1
ORDER BY 1;

-- @question The share of the ten dearest products in all reimbursement
-- @differs the key has no closed list: a total, a rank or a limit speaks of the listed rows
WITH produits AS (
    SELECT ss00135 AS cnk, sum(ss00060) AS cents
    FROM pharmanet
    WHERE year(ss00015) = 2008
    GROUP BY ss00135
)
SELECT cnk, cents, round(100.0 * cents / (SELECT sum(ss00060) FROM pharmanet WHERE year(ss00015) = 2008), 2) AS pct
FROM produits
ORDER BY cents DESC
LIMIT 10;

-- @question Packages per quarter and category, with the change on the quarter before
SELECT
    ss00020 AS categorie,
    date_trunc('quarter', ss00015) AS trimestre,
    sum(ss00050) AS boites,
    sum(ss00050) - lag(sum(ss00050)) OVER (PARTITION BY ss00020 ORDER BY date_trunc('quarter', ss00015)) AS evolution
FROM pharmanet
WHERE ss00015 >= DATE '2007-01-01' AND ss00020 IN ('751012', '751023')
GROUP BY 1, 2
ORDER BY 1, 2;

-- @question Contraceptives by age of the woman
SELECT 2008 - p.pp0015 AS age, count(DISTINCT m.ss00010) AS utilisatrices
FROM pharmanet AS m
JOIN population.photo_v1(2008) AS p ON p.pp0010 = m.ss00010
WHERE m.ss00135 IN ('1325557', '1327518') AND year(m.ss00015) = 2008 AND p.pp0020 = '2'
GROUP BY age
ORDER BY age;

-- @question Days between prescription and supply
SELECT
    CASE WHEN ss00015 - ss00155 = 0 THEN 'le jour même' WHEN ss00015 - ss00155 <= 7 THEN 'une semaine' ELSE 'plus tard' END AS delai,
    count(*) AS delivrances,
    count(DISTINCT ss00010) AS patients
FROM pharmanet
WHERE year(ss00015) = 2008 AND ss00155 IS NOT NULL
GROUP BY delai
ORDER BY delivrances DESC;

-- @question Treatment length: days between first and last package of antidepressants, by class
WITH duree AS (
    SELECT ss00010, max(ss00015) - min(ss00015) AS jours, count(*) AS delivrances
    FROM pharmanet
    WHERE ss00135 IN ('1298103', '1300064')
    GROUP BY ss00010
)
SELECT
    CASE WHEN jours < 90 THEN 'moins de 3 mois' WHEN jours < 365 THEN '3 à 12 mois' ELSE 'plus d''un an' END AS duree,
    count(*) AS patients,
    round(avg(delivrances), 1) AS delivrances_par_patient
FROM duree
GROUP BY 1
ORDER BY patients DESC;

-- @question Users of a given product, whose number is a parameter
-- @param cnk = 1286337
-- @param annee = 2008
SELECT pp0020 AS sexe, count(DISTINCT ss00010) AS utilisateurs
FROM pharmanet
JOIN population.photo_v1($annee) AS p ON p.pp0010 = ss00010
WHERE ltrim(ss00135, '0') = CAST($cnk AS VARCHAR) AND year(ss00015) = $annee
GROUP BY sexe
ORDER BY sexe;
