-- @audit a prescriber has one row
SELECT ss00070 FROM selection.echantillon_v1($annee, 'audit') GROUP BY ss00070 HAVING count(*) > 1;
-- @audit the drawn stand for everybody of their stratum
SELECT categorie FROM selection.echantillon_v1($annee, 'audit') GROUP BY categorie
HAVING sum(tire) > 0 AND round(sum(poids)) <> count(*);
-- @audit exactly those are in a stratum whom the selection keeps
(SELECT ss00070, categorie FROM selection.echantillon_v1($annee, 'audit')
 EXCEPT SELECT ss00070, categorie FROM selection.prescripteurs_v1($annee) WHERE exclusion IS NULL)
UNION ALL
(SELECT ss00070, categorie FROM selection.prescripteurs_v1($annee) WHERE exclusion IS NULL
 EXCEPT SELECT ss00070, categorie FROM selection.echantillon_v1($annee, 'audit'));
