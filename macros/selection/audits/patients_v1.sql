-- @audit a patient has one row
SELECT ss00010 FROM selection.patients_v1($annee, 'audit') GROUP BY ss00010 HAVING count(*) > 1;
-- @audit a patient has a medicine of a sampled prescriber
SELECT ss00010 FROM selection.patients_v1($annee, 'audit')
EXCEPT
SELECT p.ss00010 FROM main.pharmanet AS p
JOIN selection.echantillon_v1($annee, 'audit') AS e ON e.ss00070 = p.ss00070 AND e.tire = 1
WHERE year(p.ss00015) = $annee;
-- @audit every patient counts for at least one prescriber
SELECT ss00010 FROM selection.patients_v1($annee, 'audit') WHERE prescripteurs < 1;
