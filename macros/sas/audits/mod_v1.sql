-- @audit a code of a municipality leaves less than what it is divided by
SELECT 1 FROM main.population WHERE abs(sas.mod_v1(TRY_CAST(pp0025 AS DOUBLE), 1000)) >= 1000;
