-- @audit an amount in cents is whole
SELECT 1 FROM main.soins_sante WHERE sas.floor_v1(ss00160) <> ss00160;
