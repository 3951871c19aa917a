-- @question Cohort: persons with a stay in 2006, and what they cost in the two years after
WITH cohorte AS (
    SELECT DISTINCT ss00010 FROM soins_sante WHERE ss00110 BETWEEN DATE '2006-01-01' AND DATE '2006-12-31'
)
SELECT year(s.ss00015) AS annee, count(DISTINCT s.ss00010) AS patients, sum(s.ss00060) AS cents
FROM soins_sante AS s
JOIN cohorte AS c ON c.ss00010 = s.ss00010
WHERE s.ss00015 BETWEEN DATE '2007-01-01' AND DATE '2008-12-31'
GROUP BY annee
ORDER BY annee;

-- @question The cohort of diabetics and the control examinations they had
CREATE VIEW diabetiques AS
SELECT DISTINCT ss00010 FROM pharmanet
WHERE ss00135 IN ('1254961', '1256922', '1290259', '1292220', '1294181', '1296142') AND year(ss00015) = 2008;
CREATE VIEW controles AS
SELECT s.ss00010, bool_or(s.ss00020 = '102594') AS cardiologue, bool_or(s.ss00020 = '248592') AS fond_d_oeil
FROM soins_sante AS s
WHERE year(s.ss00015) = 2008
GROUP BY s.ss00010;
SELECT count(*) AS diabetiques, count_if(cardiologue) AS cardiologue, count_if(fond_d_oeil) AS fond_d_oeil
FROM diabetiques AS d
LEFT JOIN controles AS c ON c.ss00010 = d.ss00010;

-- @question Incidence: first antidepressant in 2008 after a year without
CREATE VIEW avant AS
SELECT ss00010 FROM pharmanet WHERE ss00135 IN ('1298103', '1300064', '1302025', '1303986') AND year(ss00015) = 2007;
CREATE VIEW pendant AS
SELECT DISTINCT ss00010 FROM pharmanet WHERE ss00135 IN ('1298103', '1300064', '1302025', '1303986') AND year(ss00015) = 2008;
SELECT p.pp0020 AS sexe, count(*) AS incidents
FROM pendant AS n
JOIN population.photo_v1(2008) AS p ON p.pp0010 = n.ss00010
WHERE n.ss00010 NOT IN (SELECT ss00010 FROM avant WHERE ss00010 IS NOT NULL)
GROUP BY sexe
ORDER BY sexe;

-- @question Days from a first psychiatrist's contact to the first antidepressant
WITH psy AS (
    SELECT ss00010, min(ss00015) AS contact FROM soins_sante WHERE ss00020 = '102196' GROUP BY ss00010
), medicament AS (
    SELECT ss00010, min(ss00015) AS delivrance FROM pharmanet WHERE ss00135 IN ('1298103', '1300064') GROUP BY ss00010
)
SELECT
    count(*) AS personnes,
    count_if(m.delivrance >= p.contact) AS apres_le_contact,
    round(avg(date_diff('day', p.contact, m.delivrance)) FILTER (WHERE m.delivrance >= p.contact), 0) AS delai_moyen
FROM psy AS p
JOIN medicament AS m ON m.ss00010 = p.ss00010;

-- @question Persons treated by a psychiatrist and their medicines, against all others
WITH suivis AS (
    SELECT DISTINCT ss00010 FROM soins_sante WHERE ss00020 = '102196' AND year(ss00015) = 2008
)
SELECT
    CASE WHEN s.ss00010 IS NULL THEN 'autres' ELSE 'suivis' END AS groupe,
    count(DISTINCT m.ss00010) AS utilisateurs,
    round(sum(m.ss00060) / 100.0 / count(DISTINCT m.ss00010), 2) AS eur_par_utilisateur
FROM pharmanet AS m
LEFT JOIN suivis AS s ON s.ss00010 = m.ss00010
WHERE year(m.ss00015) = 2008
GROUP BY groupe
ORDER BY groupe;

-- @question Island of treatment: spells of statin use without a gap of four months
WITH d AS (
    SELECT ss00010, ss00015, lag(ss00015) OVER (PARTITION BY ss00010 ORDER BY ss00015) AS avant
    FROM pharmanet
    WHERE ss00135 IN ('1266727', '1268688')
), episodes AS (
    SELECT ss00010, count(*) FILTER (WHERE avant IS NULL OR ss00015 - avant > 120) AS episodes
    FROM d
    GROUP BY ss00010
)
SELECT least(episodes, 4) AS episodes, count(*) AS patients
FROM episodes
GROUP BY 1
ORDER BY 1;

-- @question Switchers from original to cheap generics of the same class
WITH u AS (
    SELECT
        ss00010,
        max(CASE WHEN ss00135 = '1266727' THEN 1 ELSE 0 END) AS original,
        max(CASE WHEN ss00135 = '1268688' THEN 1 ELSE 0 END) AS copie
    FROM pharmanet
    WHERE year(ss00015) = 2008 AND ss00135 IN ('1266727', '1268688')
    GROUP BY ss00010
)
SELECT original, copie, count(*) AS patients FROM u GROUP BY ALL ORDER BY ALL;

-- @question Survivors of the cohort of the over-80s of 2006, two years on
SELECT
    a.pp0020 AS sexe,
    count(*) AS en_2006,
    count(b.pp0010) AS encore_en_2008,
    round(100.0 * count(b.pp0010) / count(*), 1) AS pct
FROM population AS a
LEFT JOIN population AS b ON b.pp0010 = a.pp0010 AND b.pp0050 = 200812
WHERE a.pp0050 = 200612 AND 2006 - a.pp0015 >= 80
GROUP BY a.pp0020
ORDER BY a.pp0020;

-- @question Patients of either a physiotherapist or a nurse, each counted once
SELECT count(*) AS patients
FROM (
    SELECT ss00010 FROM soins_sante WHERE ss00035 = '061' AND year(ss00015) = 2008
    UNION
    SELECT ss00010 FROM soins_sante WHERE ss00035 = '071' AND year(ss00015) = 2008
);

-- @question All contacts, in health care and at the pharmacy, per quarter
SELECT trimestre, sum(n) AS contacts, count(DISTINCT id) AS personnes
FROM (
    SELECT ss00010 AS id, quarter(ss00015) AS trimestre, ss00050 AS n FROM soins_sante WHERE year(ss00015) = 2008
    UNION ALL
    SELECT ss00010, quarter(ss00015), ss00050 FROM pharmanet WHERE year(ss00015) = 2008
)
GROUP BY trimestre
ORDER BY trimestre;

-- @question Persons with all of three conditions, by conditional aggregates
WITH profil AS (
    SELECT
        ss00010,
        bool_or(ss00135 IN ('1258883', '1260844')) AS bb,
        bool_or(ss00135 IN ('1266727', '1268688')) AS statine,
        bool_or(ss00135 IN ('1282415', '1284376')) AS antiagregant
    FROM pharmanet
    WHERE year(ss00015) = 2008
    GROUP BY ss00010
)
SELECT bb, statine, antiagregant, count(*) AS personnes
FROM profil
GROUP BY ALL
ORDER BY ALL;

-- @question The quartile of spending each person belongs to, and the mean age in it
-- @refused a rank among all persons says how many stand before a person
WITH d AS (
    SELECT ss00010, sum(ss00060) AS cents FROM soins_sante WHERE year(ss00015) = 2008 GROUP BY ss00010
), q AS (
    SELECT ss00010, ntile(4) OVER (ORDER BY cents) AS quartile FROM d
)
SELECT quartile, count(*) AS personnes, round(avg(2008 - pp0015), 1) AS age_moyen
FROM q JOIN population.photo_v1(2008) ON pp0010 = ss00010
GROUP BY quartile
ORDER BY quartile;
-- @rewrite
WITH d AS (
    SELECT ss00010, sum(ss00060) AS cents FROM soins_sante WHERE year(ss00015) = 2008 GROUP BY ss00010
)
SELECT
    CASE WHEN cents < 20000 THEN 1 WHEN cents < 60000 THEN 2 WHEN cents < 200000 THEN 3 ELSE 4 END AS classe,
    count(*) AS personnes,
    round(avg(2008 - pp0015), 1) AS age_moyen
FROM d JOIN population.photo_v1(2008) ON pp0010 = ss00010
GROUP BY classe
ORDER BY classe;

-- @question A random sample of a thousand persons
-- @refused a sample would pick some persons
SELECT avg(total) AS moyenne
FROM (SELECT total FROM couts.patient_v1(2008) USING SAMPLE 1000);
-- @rewrite
SELECT avg(total) AS moyenne, stddev(total) AS ecart_type
FROM couts.patient_v1(2008);

-- @question The dearest patient of each province
-- @refused a maximum is one person's value
SELECT population.province_v1(p.pp0025) AS province, max(c.total) AS maximum
FROM population.photo_v1(2008) AS p
JOIN couts.patient_v1(2008) AS c ON c.ss00010 = p.pp0010
GROUP BY 1
ORDER BY 1;
-- @rewrite
SELECT population.province_v1(p.pp0025) AS province, avg(c.total) AS moyenne, stddev(c.total) AS ecart_type, count_if(c.total > 200000) AS plus_de_2000_eur
FROM population.photo_v1(2008) AS p
JOIN couts.patient_v1(2008) AS c ON c.ss00010 = p.pp0010
GROUP BY 1
ORDER BY 1;
