-- @audit a prescriber has one row
SELECT ss00070 FROM etude.quota_v1($annee) GROUP BY ss00070 HAVING count(*) > 1;
-- @audit a share lies between 0 and 1 where corrections leave both sides
SELECT ss00070 FROM etude.quota_v1($annee) WHERE bon_marche >= 0 AND total >= bon_marche AND (part < 0 OR part > 1);
-- @audit packages are those of the selection
SELECT ss00070, total FROM etude.quota_v1($annee)
EXCEPT SELECT ss00070, conditionnements FROM selection.prescripteurs_v1($annee);
