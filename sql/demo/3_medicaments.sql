-- Medicines by category of prescriber: persons treated, packages, cost to the insurer.
SELECT
    q.categorie,
    count(DISTINCT m.ss00010) AS personnes,
    sum(m.ss00050) AS conditionnements,
    CAST(sum(m.ss00060) / 100 AS DECIMAL(12, 2)) AS remboursement_eur
FROM pharmanet AS m
JOIN ref.qualifications AS q ON q.code = m.ss00070_qual
WHERE m.ss00015 BETWEEN DATE '2008-01-01' AND DATE '2008-12-31'
GROUP BY q.categorie
ORDER BY personnes DESC, q.categorie
