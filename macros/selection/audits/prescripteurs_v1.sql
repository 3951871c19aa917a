-- @audit a prescriber has one row
SELECT ss00070 FROM selection.prescripteurs_v1($annee) GROUP BY ss00070 HAVING count(*) > 1;
-- @audit everybody who prescribed in the year is there
SELECT ss00070 FROM main.pharmanet WHERE year(ss00015) = $annee AND ss00070 IS NOT NULL
EXCEPT SELECT ss00070 FROM selection.prescripteurs_v1($annee);
-- @audit whoever is kept has a category and enough packages
SELECT ss00070 FROM selection.prescripteurs_v1($annee)
WHERE exclusion IS NULL AND (categorie IS NULL OR conditionnements < 200);
-- @audit corrections never outweigh what was supplied
SELECT ss00070 FROM selection.prescripteurs_v1($annee) WHERE conditionnements < 0;
