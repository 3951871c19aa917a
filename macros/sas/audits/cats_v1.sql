-- @audit a code is itself
SELECT 1 FROM main.soins_sante WHERE sas.cats_v1([ss00020, NULL]) <> trim(ss00020);
