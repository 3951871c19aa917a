-- @audit the first five digits of a code and zeros are the code
SELECT 1 FROM main.population WHERE TRY_CAST(pp0025 AS BIGINT) BETWEEN 0 AND 99999 AND CAST(sas.put_z_v1(TRY_CAST(pp0025 AS BIGINT), 5) AS BIGINT) <> TRY_CAST(pp0025 AS BIGINT);
