-- @audit an amount and nothing are that amount
SELECT 1 FROM main.soins_sante WHERE sas.sum_v1([ss00160, NULL]) IS DISTINCT FROM CAST(ss00160 AS DOUBLE);
