-- @audit a date written with YYMMDD10. is the date
SELECT 1 FROM main.soins_sante WHERE sas.put_date_v1(ss00015, 'yymmdd10.') <> CAST(ss00015 AS VARCHAR);
