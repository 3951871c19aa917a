-- @audit a person has one row
SELECT ss00010 FROM flags.maison_repos_v1($annee) GROUP BY ss00010 HAVING count(*) > 1;
-- @audit the flag is 0 or 1
SELECT ss00010 FROM flags.maison_repos_v1($annee) WHERE flag_maison_repos IS NULL OR flag_maison_repos NOT IN (0, 1);
-- @audit everybody in a photo of the year is there
SELECT pp0010 FROM main.population WHERE pp0050 // 100 = $annee AND pp0010 NOT IN (SELECT ss00010 FROM flags.maison_repos_v1($annee));
-- @audit whoever has a flag has a booking of the list that is not a correction
SELECT ss00010 FROM flags.maison_repos_v1($annee) WHERE flag_maison_repos = 1
EXCEPT
SELECT ss00010 FROM main.soins_sante
WHERE year(ss00015) = $annee AND ss00050 > 0
  AND ltrim(ss00020, '0') IN (SELECT ltrim(code, '0') FROM ref.maison_repos);
