-- @audit a date counted from 1960 and back is that date
SELECT 1 FROM main.soins_sante WHERE sas.to_date_v1(sas.from_date_v1(ss00015)) <> ss00015;
