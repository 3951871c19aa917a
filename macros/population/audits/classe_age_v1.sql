-- @audit a year of birth before the photo's gives a class
SELECT pp0015 FROM main.population
WHERE pp0015 <= pp0050 // 100 AND population.classe_age_v1(pp0015, pp0050 // 100) IS NULL;
