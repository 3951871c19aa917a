-- @question Contacts with the general practitioner per person and year, by age class
WITH contacts AS (
    SELECT ss00010, sum(ss00050) AS n
    FROM soins_sante
    WHERE ss00020 IN ('101076', '101032', '103132', '103412') AND year(ss00015) = 2008
    GROUP BY ss00010
)
SELECT
    population.classe_age_v1(p.pp0015, 2008) AS classe,
    count(*) AS personnes,
    round(avg(coalesce(c.n, 0)), 2) AS contacts_par_personne
FROM population.photo_v1(2008) AS p
LEFT JOIN contacts AS c ON c.ss00010 = p.pp0010
GROUP BY classe
ORDER BY classe;

-- @question Who had no contact with a general practitioner at all in 2008?
SELECT population.classe_age_v1(p.pp0015, 2008) AS classe, count(*) AS sans_contact
FROM population.photo_v1(2008) AS p
WHERE NOT EXISTS (
    SELECT 1 FROM soins_sante AS s
    WHERE s.ss00010 = p.pp0010 AND s.ss00020 IN ('101076', '101032', '103132') AND year(s.ss00015) = 2008
)
GROUP BY classe
ORDER BY classe;

-- @question The same with a left join
SELECT p.pp0020 AS sexe, count(*) AS sans_contact
FROM population.photo_v1(2008) AS p
LEFT JOIN (
    SELECT DISTINCT ss00010 FROM soins_sante WHERE ss00020 IN ('101076', '101032', '103132') AND year(ss00015) = 2008
) AS s ON s.ss00010 = p.pp0010
WHERE s.ss00010 IS NULL
GROUP BY p.pp0020
ORDER BY p.pp0020;

-- @question Home visits as a share of all contacts, by province
SELECT
    population.province_v1(p.pp0025) AS province,
    sum(s.ss00050) AS contacts,
    round(100.0 * sum(s.ss00050) FILTER (WHERE s.ss00020 = '103132') / sum(s.ss00050), 1) AS visites_pct
FROM soins_sante AS s
JOIN population.photo_v1(2008) AS p ON p.pp0010 = s.ss00010
WHERE s.ss00020 IN ('101076', '101032', '103132') AND year(s.ss00015) = 2008
GROUP BY province
ORDER BY province;

-- @question Frequent attenders: twelve contacts or more in a year
SELECT annee, count(*) AS patients, count_if(n >= 12) AS frequents
FROM (
    SELECT ss00010, year(ss00015) AS annee, sum(ss00050) AS n
    FROM soins_sante
    WHERE ss00020 IN ('101076', '101032', '103132') AND ss00015 >= DATE '2006-01-01'
    GROUP BY ss00010, year(ss00015)
)
GROUP BY annee
ORDER BY annee;

-- @question How many different general practitioners does a patient see?
WITH medecins AS (
    SELECT ss00010, count(DISTINCT ss00065) AS n
    FROM soins_sante
    WHERE ss00020 IN ('101076', '101032', '103132') AND year(ss00015) = 2008
    GROUP BY ss00010
)
SELECT least(n, 4) AS medecins, count(*) AS patients FROM medecins GROUP BY 1 ORDER BY 1;

-- @question Contacts by weekday
SELECT dayofweek(ss00015) AS jour, count(*) AS prestations
FROM soins_sante
WHERE ss00020 = '101076' AND year(ss00015) = 2008
GROUP BY jour
ORDER BY jour;

-- @question Contacts per month over three years, with a moving average of three months
WITH mois AS (
    SELECT date_trunc('month', ss00015) AS mois, sum(ss00050) AS n
    FROM soins_sante
    WHERE ss00020 = '101076' AND ss00015 BETWEEN DATE '2006-01-01' AND DATE '2008-12-31'
    GROUP BY 1
)
SELECT mois, n, round(avg(n) OVER (ORDER BY mois ROWS BETWEEN 2 PRECEDING AND CURRENT ROW), 1) AS moyenne_mobile
FROM mois
ORDER BY mois;

-- @question Repeat contacts: how often is a patient seen again within 30 days?
WITH contacts AS (
    SELECT ss00010, ss00015, lead(ss00015) OVER (PARTITION BY ss00010 ORDER BY ss00015) AS suivant
    FROM soins_sante
    WHERE ss00020 IN ('101076', '101032') AND year(ss00015) = 2008
)
SELECT count(*) AS contacts, count_if(suivant - ss00015 <= 30) AS revus_dans_30_jours
FROM contacts;

-- @question The first contact of each patient in 2008, by month
SELECT month(premier) AS mois, count(*) AS patients
FROM (
    SELECT ss00010, min(ss00015) AS premier
    FROM soins_sante
    WHERE ss00020 IN ('101076', '101032', '103132') AND year(ss00015) = 2008
    GROUP BY ss00010
)
GROUP BY mois
ORDER BY mois;

-- @question Which kind of contact was the first one of the year?
SELECT ss00020 AS premier_contact, count(*) AS patients
FROM (
    SELECT ss00010, ss00020, row_number() OVER (PARTITION BY ss00010 ORDER BY ss00015, ss00020) AS rang
    FROM soins_sante
    WHERE ss00020 IN ('101076', '101032', '103132', '102034', '102535') AND year(ss00015) = 2008
)
WHERE rang = 1
GROUP BY ss00020
ORDER BY patients DESC;

-- @question The last contact before death
WITH dernier AS (
    SELECT ss00010, max(ss00015) AS jour FROM soins_sante WHERE year(ss00015) <= 2008 GROUP BY ss00010
)
SELECT month(d.jour) AS mois, count(*) AS personnes
FROM dernier AS d
JOIN population AS p ON p.pp0010 = d.ss00010
WHERE p.pp0040 BETWEEN 200801 AND 200812 AND p.pp0050 IN (200806, 200812)
GROUP BY mois
ORDER BY mois;

-- @question Dental check-ups: a visit to the dentist in each of the three years
WITH dentiste AS (
    SELECT ss00010, count(DISTINCT year(ss00015)) AS annees
    FROM soins_sante
    WHERE ss00035 = '031' AND ss00015 BETWEEN DATE '2006-01-01' AND DATE '2008-12-31'
    GROUP BY ss00010
)
SELECT annees, count(*) AS personnes FROM dentiste GROUP BY annees ORDER BY annees;

-- @question Children with a visit to the dentist, by age
SELECT
    2008 - p.pp0015 AS age,
    count(*) AS enfants,
    count_if(p.pp0010 IN (SELECT ss00010 FROM soins_sante WHERE ss00035 = '031' AND year(ss00015) = 2008)) AS chez_le_dentiste
FROM population.photo_v1(2008) AS p
WHERE p.pp0015 >= 1991
GROUP BY age
ORDER BY age;

-- @question Specialist contacts by qualification of the provider
SELECT q.categorie, count(*) AS prestations, count(DISTINCT s.ss00010) AS patients
FROM soins_sante AS s
JOIN ref.qualifications AS q ON q.code = s.ss00065_qual
WHERE s.ss00035 = '021' AND year(s.ss00015) = 2008
GROUP BY q.categorie
ORDER BY patients DESC;

-- @question Mammography of women of 50 to 69, once in the two years
SELECT
    count(*) AS femmes,
    count(*) FILTER (WHERE m.ss00010 IS NOT NULL) AS avec_mammographie,
    round(100.0 * count(m.ss00010) / count(*), 1) AS couverture
FROM population.photo_v1(2008) AS p
LEFT JOIN (
    SELECT DISTINCT ss00010 FROM soins_sante
    WHERE ss00020 = '450096' AND ss00015 BETWEEN DATE '2007-01-01' AND DATE '2008-12-31'
) AS m ON m.ss00010 = p.pp0010
WHERE p.pp0020 = '2' AND p.pp0015 BETWEEN 1939 AND 1958;

-- @question Mammography coverage by province
WITH femmes AS (
    SELECT pp0010, population.province_v1(pp0025) AS province
    FROM population.photo_v1(2008)
    WHERE pp0020 = '2' AND pp0015 BETWEEN 1939 AND 1958
), examen AS (
    SELECT ss00010, count(*) AS n FROM soins_sante WHERE ss00020 = '450096' AND year(ss00015) IN (2007, 2008) GROUP BY 1
)
SELECT province, count(*) AS femmes, round(100.0 * count_if(coalesce(n, 0) > 0) / count(*), 1) AS pct
FROM femmes LEFT JOIN examen ON ss00010 = pp0010
GROUP BY province
ORDER BY province;

-- @question Flu season: consultations in the weeks of winter and of summer
SELECT
    CASE WHEN month(ss00015) IN (12, 1, 2) THEN 'hiver' WHEN month(ss00015) IN (6, 7, 8) THEN 'été' ELSE 'entre-deux' END AS saison,
    round(sum(ss00050) / 12.0, 0) AS contacts_par_semaine
FROM soins_sante
WHERE ss00020 = '101076' AND year(ss00015) = 2008
GROUP BY saison
ORDER BY saison;

-- @question Nursing care at home: patients and days of care
SELECT
    count(DISTINCT ss00010) AS patients,
    count(DISTINCT ss00015) AS jours_du_calendrier,
    sum(ss00050) AS prestations
FROM soins_sante
WHERE ss00035 = '071' AND year(ss00015) = 2008;

-- @question Laboratory tests asked by general practitioners and by others
SELECT
    CASE WHEN q.categorie = 'Généralistes' THEN 'généraliste' ELSE 'autre' END AS prescripteur,
    count(*) AS analyses,
    count(DISTINCT s.ss00010) AS patients
FROM soins_sante AS s
JOIN ref.qualifications AS q ON q.code = s.ss00070_qual
WHERE s.ss00035 = '041' AND year(s.ss00015) = 2008
GROUP BY 1
ORDER BY 1;
