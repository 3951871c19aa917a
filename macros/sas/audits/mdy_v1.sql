-- @audit the first of January of a year of birth is in that year
SELECT 1 FROM main.population WHERE year(sas.mdy_v1(1, 1, pp0015)) <> pp0015;
