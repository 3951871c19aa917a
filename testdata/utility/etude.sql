-- @question Prescribers of the study year by category of qualification
SELECT q.categorie, count(DISTINCT m.ss00070) AS prescripteurs, count(*) AS lignes
FROM pharmanet AS m
JOIN ref.qualifications AS q ON q.code = m.ss00070_qual
WHERE year(m.ss00015) = 2008
GROUP BY q.categorie
ORDER BY lignes DESC;

-- @question Prescribers above the threshold of 200 packages
-- @refused rows of a prescriber are rows of several persons
SELECT count(*) AS prescripteurs
FROM (
    SELECT ss00070, sum(ss00050) AS boites
    FROM pharmanet
    WHERE year(ss00015) = 2008
    GROUP BY ss00070
    HAVING sum(ss00050) >= 200
);
-- @rewrite
SELECT categorie, count(*) AS prescripteurs
FROM selection.prescripteurs_v1(2008, seuil := 200)
GROUP BY categorie
ORDER BY prescripteurs DESC;

-- @question Patients of general practitioners: what they paid the year before
WITH patients AS (
    SELECT DISTINCT m.ss00010
    FROM pharmanet AS m
    JOIN ref.qualifications AS q ON q.code = m.ss00070_qual
    WHERE q.categorie = 'Généralistes' AND year(m.ss00015) = 2008
)
SELECT
    count(*) AS patients,
    round(avg(c.ticket_moderateur) / 100, 2) AS tickets_eur,
    round(avg(c.supplements) / 100, 2) AS supplements_eur
FROM patients AS p
JOIN couts.patient_v1(2007) AS c ON c.ss00010 = p.ss00010;

-- @question Share of cheap prescriptions by category of prescriber
SELECT
    q.categorie,
    sum(m.ss00050) AS boites,
    round(100.0 * sum(m.ss00050) FILTER (WHERE m.ss00135 IN ('1256922', '1260844', '1264766', '1268688', '1272610', '1276532')) / sum(m.ss00050), 1) AS bon_marche_pct
FROM pharmanet AS m
JOIN ref.qualifications AS q ON q.code = m.ss00070_qual
WHERE year(m.ss00015) = 2008
  AND m.ss00135 IN ('1254961', '1256922', '1258883', '1260844', '1262805', '1264766', '1266727', '1268688', '1270649', '1272610', '1274571', '1276532')
GROUP BY q.categorie
ORDER BY boites DESC;

-- @question Do patients with a preferential tariff get cheaper medicines?
SELECT
    population.tarif_preferentiel_v1(p.pp0030) AS preferentiel,
    count(DISTINCT m.ss00010) AS patients,
    round(100.0 * count(*) FILTER (WHERE m.ss00135 IN ('1256922', '1260844', '1264766', '1268688')) / count(*), 1) AS bon_marche_pct
FROM pharmanet AS m
JOIN population.photo_v1(2008) AS p ON p.pp0010 = m.ss00010
WHERE year(m.ss00015) = 2008 AND m.ss00135 BETWEEN '1254961' AND '1268688'
GROUP BY 1
ORDER BY 1;

-- @question Cheap prescriptions by income class of the patient's sector
SELECT
    CASE WHEN s.revenu_moyen < 25000 THEN 'bas' ELSE 'haut' END AS revenu,
    count(*) AS delivrances,
    round(100.0 * count_if(m.ss00185 = '1') / count(*), 1) AS dci_pct
FROM pharmanet AS m
JOIN population.photo_v1(2008) AS p ON p.pp0010 = m.ss00010
JOIN secteurs AS s ON s.secteur = p.pp0055
WHERE year(m.ss00015) = 2008
GROUP BY revenu
ORDER BY revenu;

-- @question Patients per prescriber on average
-- @refused rows of a prescriber are rows of several persons
SELECT round(avg(patients), 1) AS patients_par_prescripteur
FROM (
    SELECT ss00070, count(DISTINCT ss00010) AS patients
    FROM pharmanet
    WHERE year(ss00015) = 2008
    GROUP BY ss00070
);
-- @rewrite
WITH paires AS (
    SELECT DISTINCT ss00010, ss00070 FROM pharmanet WHERE year(ss00015) = 2008
)
SELECT round(1.0 * count(*) / count(DISTINCT ss00070), 1) AS patients_par_prescripteur
FROM paires;

-- @question Prescriptions excluded from the study (no package number) by category
SELECT ss00020 AS categorie, count(*) AS lignes, count(DISTINCT ss00010) AS patients
FROM pharmanet
WHERE ss00135 IS NULL AND year(ss00015) = 2008
GROUP BY categorie
ORDER BY categorie;

-- @question Flags of 2007 for the patients with Pharmanet data of 2008
SELECT d.flag_dmg, m.flag_maison_medicale, r.flag_maison_repos, count(*) AS patients
FROM (SELECT DISTINCT ss00010 FROM pharmanet WHERE year(ss00015) = 2008) AS p
JOIN flags.dmg_v1(2007) AS d USING (ss00010)
JOIN flags.maison_medicale_v1(2007) AS m USING (ss00010)
JOIN flags.maison_repos_v1(2007) AS r USING (ss00010)
GROUP BY ALL
ORDER BY ALL;

-- @question Physicians by sex and age of diploma
SELECT fgrnfrsex AS sexe, year(fszvpdip) // 10 * 10 AS decennie, count(*) AS dispensateurs
FROM dispensateurs
GROUP BY ALL
ORDER BY ALL;

-- @question Deliveries per month of billing by the pricing office
SELECT ss00110 AS mois_tarification, count(*) AS lignes
FROM pharmanet
WHERE ss00110 BETWEEN 200801 AND 200812
GROUP BY 1
ORDER BY 1;

-- @question Mean yearly reimbursement per prescribing category and patient
WITH t AS (
    SELECT q.categorie, m.ss00010, sum(m.ss00060) AS cents
    FROM pharmanet AS m
    JOIN ref.qualifications AS q ON q.code = m.ss00070_qual
    WHERE year(m.ss00015) = 2008
    GROUP BY q.categorie, m.ss00010
)
SELECT categorie, count(*) AS patients, round(avg(cents) / 100, 2) AS eur_par_patient
FROM t
GROUP BY categorie
HAVING count(*) >= 20
ORDER BY eur_par_patient DESC;

-- @question Sampled prescribers of the study by category
SELECT categorie, count(*) AS prescripteurs
FROM selection.prescripteurs_v1(2008)
GROUP BY categorie
HAVING count(*) >= 4
ORDER BY prescripteurs DESC;

-- @question Share of the prescribers of each category that reach their quota of cheap medicines
SELECT categorie, count(*) AS prescripteurs, round(100.0 * avg(quota_atteint), 0) AS atteint_pct
FROM etude.quota_v1(2008)
WHERE quota IS NOT NULL
GROUP BY categorie
ORDER BY categorie;
