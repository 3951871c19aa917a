-- @audit a year and the first of January are a date
SELECT pp0015 FROM main.population WHERE pp0015 // 100 BETWEEN 1900 AND 2100 AND sas.input_date_v1(CAST(pp0015 // 100 AS VARCHAR) || '0101', 'YMD') IS NULL;
