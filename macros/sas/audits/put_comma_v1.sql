-- @audit an amount has the digits of the amount
SELECT 1 FROM main.soins_sante WHERE replace(trim(sas.put_comma_v1(ss00160, 20)), ',', '') <> CAST(ss00160 AS VARCHAR);
