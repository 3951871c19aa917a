-- @audit a whole number is written in digits alone
SELECT pp0015 FROM main.population WHERE sas.best_v1(pp0015) <> CAST(pp0015 AS VARCHAR);
