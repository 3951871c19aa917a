-- @audit the days of a claim count from 1960
SELECT 1 FROM main.soins_sante WHERE sas.from_date_v1(ss00015) < 0;
