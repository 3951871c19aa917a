-- @audit midnight of a day is in that day
SELECT 1 FROM main.soins_sante WHERE sas.datepart_v1(sas.from_date_v1(ss00015) * 86400) <> ss00015;
