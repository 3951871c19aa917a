-- @audit a whole number is written with its digits
SELECT 1 FROM main.soins_sante WHERE abs(ss00160) < 1000000 AND sas.best_v1(ss00160) <> CAST(ss00160 AS VARCHAR);
