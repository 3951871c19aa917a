-- @audit the square of an amount is not below 0
SELECT 1 FROM main.soins_sante WHERE sas.power_v1(ss00160, 2) < 0;
