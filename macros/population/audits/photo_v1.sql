-- @audit a person has one row
SELECT pp0010 FROM population.photo_v1($annee) GROUP BY pp0010 HAVING count(*) > 1;
-- @audit everybody in a photo of the year is there
SELECT pp0010 FROM main.population WHERE pp0050 // 100 = $annee AND pp0010 IS NOT NULL
EXCEPT SELECT pp0010 FROM population.photo_v1($annee);
-- @audit nobody in the last photo of the year is shown by an earlier one
SELECT pp0010 FROM population.photo_v1($annee) AS m
WHERE EXISTS (SELECT 1 FROM main.population AS p WHERE p.pp0010 = m.pp0010 AND p.pp0050 // 100 = $annee AND p.pp0050 > m.pp0050);
-- @audit the sex of a person is known
SELECT pp0010 FROM population.photo_v1($annee) WHERE pp0020 IS NULL;
