-- @audit a day of the week is one of seven
SELECT 1 FROM main.soins_sante WHERE sas.weekday_v1(ss00015) NOT BETWEEN 1 AND 7;
