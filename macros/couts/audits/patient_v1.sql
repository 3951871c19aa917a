-- @audit a person has one row
SELECT ss00010 FROM couts.patient_v1($annee) GROUP BY ss00010 HAVING count(*) > 1;
-- @audit the total is the sum of its two parts
SELECT ss00010 FROM couts.patient_v1($annee) WHERE total IS DISTINCT FROM ticket_moderateur + supplements;
-- @audit all that was paid in the year is there, to the cent
SELECT 1 FROM (SELECT sum(total) AS paye FROM couts.patient_v1($annee)) AS m,
  (SELECT sum(coalesce(ss00160, 0)) + sum(coalesce(ss00165, 0)) AS paye
   FROM main.soins_sante WHERE year(ss00015) = $annee AND ss00010 IS NOT NULL) AS s
WHERE m.paye IS DISTINCT FROM s.paye AND coalesce(m.paye, 0) <> coalesce(s.paye, 0);
-- @audit nobody has paid less than nothing
SELECT ss00010 FROM couts.patient_v1($annee) WHERE ticket_moderateur < 0 OR supplements < 0;
