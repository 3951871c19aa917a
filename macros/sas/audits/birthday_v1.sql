-- @audit a birthday is in the month of birth
SELECT 1 FROM main.population WHERE month(sas.birthday_v1(sas.mdy_v1(2, 28, pp0015))) <> 2;
