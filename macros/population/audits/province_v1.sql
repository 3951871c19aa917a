-- @audit a municipality of Belgium has a province
SELECT pp0025 FROM main.population
WHERE try_cast(pp0025 AS INTEGER) BETWEEN 11000 AND 93999 AND population.province_v1(pp0025) IS NULL;
