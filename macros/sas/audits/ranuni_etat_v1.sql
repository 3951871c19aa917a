-- @audit the numbers drawn for the persons of a photo lie between 0 and 2147483647
SELECT n FROM (SELECT row_number() OVER () AS n FROM main.population) AS t
WHERE sas.ranuni_etat_v1(20080630, n) <= 0 OR sas.ranuni_etat_v1(20080630, n) >= 2147483647;
