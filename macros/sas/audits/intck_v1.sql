-- @audit a claim is in the month in which it is
SELECT 1 FROM main.soins_sante WHERE sas.intck_v1('month', ss00015, last_day(ss00015)) <> 0;
