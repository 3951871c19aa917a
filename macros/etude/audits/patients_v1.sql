-- @audit a patient has one row
SELECT ss00010 FROM etude.patients_v1($annee, 'audit') GROUP BY ss00010 HAVING count(*) > 1;
-- @audit the patients are those of the selection
(SELECT ss00010 FROM etude.patients_v1($annee, 'audit') EXCEPT SELECT ss00010 FROM selection.patients_v1($annee, 'audit'))
UNION ALL
(SELECT ss00010 FROM selection.patients_v1($annee, 'audit') EXCEPT SELECT ss00010 FROM etude.patients_v1($annee, 'audit'));
-- @audit the main prescriber was drawn
SELECT p.ss00010 FROM etude.patients_v1($annee, 'audit') AS p
LEFT JOIN selection.echantillon_v1($annee, 'audit') AS e ON e.ss00070 = p.ss00070 AND e.tire = 1
WHERE e.ss00070 IS NULL;
