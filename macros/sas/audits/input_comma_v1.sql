-- @audit a code of digits is its number
SELECT 1 FROM main.population WHERE sas.input_comma_v1(pp0025, 8) <> TRY_CAST(pp0025 AS DOUBLE);
