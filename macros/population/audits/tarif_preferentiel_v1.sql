-- @audit a code of three digits that ends in 0 or 1 tells the rate
SELECT pp0030 FROM main.population
WHERE pp0030 SIMILAR TO '[0-9]{2}[01]' AND population.tarif_preferentiel_v1(pp0030) IS NULL;
