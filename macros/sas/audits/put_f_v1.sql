-- @audit an amount in cents is written with its digits
SELECT 1 FROM main.soins_sante WHERE trim(sas.put_f_v1(ss00160, 12)) <> CAST(ss00160 AS VARCHAR);
