-- @audit a person has one row
SELECT pp0010 FROM population.drapeaux_v1($annee) GROUP BY pp0010 HAVING count(*) > 1;
-- @audit everybody in a photo of the year is there
SELECT pp0010 FROM main.population WHERE pp0050 // 100 = $annee AND pp0010 IS NOT NULL
EXCEPT SELECT pp0010 FROM population.drapeaux_v1($annee);
