-- @question What patients pay per year: mean and median by age class
-- @differs a quantile is the mean of the values around its place
SELECT
    population.classe_age_v1(p.pp0015, 2008) AS classe,
    count(*) AS personnes,
    round(avg(c.total) / 100, 2) AS moyenne_eur,
    round(median(c.total) / 100, 2) AS mediane_eur
FROM population.photo_v1(2008) AS p
JOIN couts.patient_v1(2008) AS c ON c.ss00010 = p.pp0010
GROUP BY classe
ORDER BY classe;

-- @question Mean co-payment and supplement by preferential tariff
SELECT
    population.tarif_preferentiel_v1(p.pp0030) AS preferentiel,
    round(avg(c.ticket_moderateur) / 100, 2) AS ticket_eur,
    round(avg(c.supplements) / 100, 2) AS supplement_eur
FROM population.photo_v1(2008) AS p
JOIN couts.patient_v1(2008) AS c ON c.ss00010 = p.pp0010
GROUP BY 1
ORDER BY 1;

-- @question Reimbursement per insured person by province
WITH depenses AS (
    SELECT ss00010, sum(ss00060) AS cents FROM soins_sante WHERE year(ss00015) = 2008 GROUP BY ss00010
)
SELECT
    population.province_v1(p.pp0025) AS province,
    count(*) AS personnes,
    round(sum(coalesce(d.cents, 0)) / 100.0 / count(*), 2) AS eur_par_personne
FROM population.photo_v1(2008) AS p
LEFT JOIN depenses AS d ON d.ss00010 = p.pp0010
GROUP BY province
ORDER BY province;

-- @question Spending by group of the accounting plan, with its share of the total
-- @differs the key has no closed list: a total, a rank or a limit speaks of the listed rows
SELECT
    ss00035 AS document_c,
    sum(ss00060) AS cents,
    round(100.0 * sum(ss00060) / sum(sum(ss00060)) OVER (), 2) AS pct
FROM soins_sante
WHERE year(ss00015) = 2008
GROUP BY ss00035
ORDER BY cents DESC;

-- @question Which codes cost the insurance most? Top ten
SELECT ss00020 AS code, sum(ss00060) AS cents, count(DISTINCT ss00010) AS patients
FROM soins_sante
WHERE ss00015 BETWEEN DATE '2008-01-01' AND DATE '2008-12-31'
GROUP BY ss00020
ORDER BY cents DESC
LIMIT 10;

-- @question The out-of-pocket share by kind of bill
SELECT
    ss00120 AS type_facture,
    sum(ss00060) AS remboursement,
    sum(ss00160 + ss00165) AS patient,
    round(100.0 * sum(ss00160 + ss00165) / sum(ss00060 + ss00160 + ss00165), 1) AS part_patient_pct
FROM soins_sante
WHERE year(ss00015) = 2008
GROUP BY 1
ORDER BY 1;

-- @question Concentration: the share of spending of persons above 5 000 euro
WITH par_personne AS (
    SELECT ss00010, sum(ss00060) AS cents FROM soins_sante WHERE year(ss00015) = 2008 GROUP BY ss00010
)
SELECT
    count(*) AS personnes,
    count_if(cents > 500000) AS au_dela,
    round(100.0 * sum(cents) FILTER (WHERE cents > 500000) / sum(cents), 1) AS part_des_depenses
FROM par_personne;

-- @question Persons by class of yearly spending
WITH par_personne AS (
    SELECT ss00010, sum(ss00060) / 100 AS eur FROM soins_sante WHERE year(ss00015) = 2008 GROUP BY ss00010
)
SELECT
    CASE
        WHEN eur < 100 THEN '1. < 100'
        WHEN eur < 500 THEN '2. 100-499'
        WHEN eur < 2000 THEN '3. 500-1999'
        WHEN eur < 10000 THEN '4. 2000-9999'
        ELSE '5. 10000+'
    END AS classe,
    count(*) AS personnes,
    round(sum(eur), 0) AS total_eur
FROM par_personne
GROUP BY classe
ORDER BY classe;

-- @question Deciles of what patients pay
-- @differs a quantile is the mean of the values around its place
SELECT
    quantile_cont(total, 0.1) AS d1, quantile_cont(total, 0.25) AS q1, quantile_cont(total, 0.5) AS mediane,
    quantile_cont(total, 0.75) AS q3, quantile_cont(total, 0.9) AS d9
FROM couts.patient_v1(2008);

-- @question Supplements at the dentist and at specialists
SELECT
    CASE WHEN ss00035 = '031' THEN 'dentiste' WHEN ss00035 IN ('021', '022') THEN 'spécialiste' ELSE 'autre' END AS genre,
    sum(ss00165) AS supplements,
    count(DISTINCT ss00010) FILTER (WHERE ss00165 > 0) AS patients_avec_supplement,
    count(DISTINCT ss00010) AS patients
FROM soins_sante
WHERE year(ss00015) = 2008
GROUP BY genre
ORDER BY genre;

-- @question Mean cost of a general practitioner's visit by year
SELECT year(ss00015) AS annee, sum(ss00050) AS contacts, round(sum(ss00060) / 100.0 / sum(ss00050), 2) AS eur_par_contact
FROM soins_sante
WHERE ss00020 IN ('101076', '101032', '103132') AND ss00015 >= DATE '2006-01-01'
GROUP BY annee
ORDER BY annee;

-- @question Costs of the last year of life against others of the same age
WITH depenses AS (
    SELECT ss00010, sum(ss00060) AS cents FROM soins_sante WHERE year(ss00015) = 2008 GROUP BY ss00010
)
SELECT
    CASE WHEN p.pp0040 IS NOT NULL THEN 'décédés' ELSE 'en vie' END AS statut,
    count(*) AS personnes,
    round(avg(d.cents) / 100, 0) AS eur
FROM population.photo_v1(2008) AS p
JOIN depenses AS d ON d.ss00010 = p.pp0010
WHERE 2008 - p.pp0015 >= 70
GROUP BY statut
ORDER BY statut;

-- @question Health care and medicines together, per person and sex
WITH soins AS (
    SELECT ss00010 AS id, sum(ss00060) AS soins FROM soins_sante WHERE year(ss00015) = 2008 GROUP BY ss00010
), medicaments AS (
    SELECT ss00010 AS id, sum(ss00060) AS medicaments FROM pharmanet WHERE year(ss00015) = 2008 GROUP BY ss00010
)
SELECT
    p.pp0020 AS sexe,
    round(avg(coalesce(s.soins, 0)) / 100, 2) AS soins_eur,
    round(avg(coalesce(m.medicaments, 0)) / 100, 2) AS medicaments_eur
FROM population.photo_v1(2008) AS p
LEFT JOIN soins AS s ON s.id = p.pp0010
LEFT JOIN medicaments AS m ON m.id = p.pp0010
GROUP BY p.pp0020
ORDER BY p.pp0020;

-- @question Correlation between age and what the patient pays
SELECT round(corr(2008 - p.pp0015, c.total), 3) AS r, count(*) AS n
FROM population.photo_v1(2008) AS p
JOIN couts.patient_v1(2008) AS c ON c.ss00010 = p.pp0010;

-- @question Slope of yearly spending on age
SELECT round(regr_slope(c.total, 2008 - p.pp0015), 1) AS cents_par_annee_d_age
FROM population.photo_v1(2008) AS p
JOIN couts.patient_v1(2008) AS c ON c.ss00010 = p.pp0010;

-- @question Persons whose patient costs pass the ceiling of 450 euro, by household category of the MAF
SELECT p.pp3002 AS maf, count(*) AS personnes, count_if(c.total > 45000) AS au_dela
FROM population.photo_v1(2008) AS p
JOIN couts.patient_v1(2008) AS c ON c.ss00010 = p.pp0010
GROUP BY 1
ORDER BY 1;

-- @question Corrections: how many negative rows, and how much money?
SELECT year(ss00015) AS annee, count(*) AS lignes, sum(ss00060) AS cents
FROM soins_sante
WHERE ss00050 < 0
GROUP BY annee
ORDER BY annee;

-- @question Coefficient of variation of patient costs by province
SELECT
    population.province_v1(p.pp0025) AS province,
    round(stddev(c.total) / avg(c.total), 2) AS cv
FROM population.photo_v1(2008) AS p
JOIN couts.patient_v1(2008) AS c ON c.ss00010 = p.pp0010
GROUP BY province
ORDER BY province;

-- @question Provinces that spend more than the average of all provinces
WITH p AS (
    SELECT population.province_v1(ph.pp0025) AS province, avg(c.total) AS moyenne
    FROM population.photo_v1(2008) AS ph
    JOIN couts.patient_v1(2008) AS c ON c.ss00010 = ph.pp0010
    GROUP BY 1
)
SELECT province, round(moyenne / 100, 2) AS eur
FROM p
WHERE moyenne > (SELECT avg(total) FROM couts.patient_v1(2008))
ORDER BY eur DESC;

-- @question Persons who pay more than twice the national mean
SELECT count(*) AS personnes
FROM couts.patient_v1(2008)
WHERE total > 2 * (SELECT avg(total) FROM couts.patient_v1(2008));

-- @question Monthly spending of 2008, cumulated
SELECT
    month(ss00015) AS mois,
    sum(ss00060) AS cents,
    sum(sum(ss00060)) OVER (ORDER BY month(ss00015)) AS cumul
FROM soins_sante
WHERE year(ss00015) = 2008
GROUP BY mois
ORDER BY mois;

-- @question Costs of physiotherapy per patient by number of sessions
WITH kine AS (
    SELECT ss00010, sum(ss00050) AS seances, sum(ss00060 + ss00160) AS cents
    FROM soins_sante
    WHERE ss00020 IN ('560652', '560571') AND year(ss00015) = 2008
    GROUP BY ss00010
)
SELECT
    CASE WHEN seances <= 9 THEN '1-9' WHEN seances <= 18 THEN '10-18' WHEN seances <= 60 THEN '19-60' ELSE '61+' END AS seances,
    count(*) AS patients,
    round(avg(cents) / 100, 2) AS eur_par_patient
FROM kine
GROUP BY 1
ORDER BY patients DESC;

-- @question Reimbursement by scheme and sex, with both margins
SELECT ss00090 AS regime, p.pp0020 AS sexe, sum(s.ss00060) AS cents
FROM soins_sante AS s
JOIN population.photo_v1(2008) AS p ON p.pp0010 = s.ss00010
WHERE year(s.ss00015) = 2008
GROUP BY CUBE (ss00090, p.pp0020)
ORDER BY 1 NULLS LAST, 2 NULLS LAST;

-- @question Spread of specialists' fees: mean and standard deviation per code
SELECT ss00020 AS code, count(*) AS n, round(avg(ss00060), 1) AS moyenne, round(stddev(ss00060), 1) AS ecart
FROM soins_sante
WHERE ss00035 = '021' AND year(ss00015) = 2008 AND ss00050 = 1
GROUP BY code
ORDER BY code;

-- @question What did persons with a disability recognition pay compared with others?
SELECT
    CASE WHEN p.pp1009 IN ('0') OR p.pp1009 IS NULL THEN 'non' ELSE 'oui' END AS reconnu,
    count(*) AS personnes,
    round(avg(c.total) / 100, 2) AS eur
FROM population.photo_v1(2008) AS p
JOIN couts.patient_v1(2008) AS c ON c.ss00010 = p.pp0010
GROUP BY reconnu
ORDER BY reconnu;
