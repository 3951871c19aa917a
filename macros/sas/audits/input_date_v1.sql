-- @audit a date written down is read again
SELECT 1 FROM main.soins_sante WHERE sas.input_date_v1(CAST(ss00015 AS VARCHAR), 'YMD') <> ss00015;
