-- @audit the least is not above any
SELECT 1 FROM main.soins_sante WHERE sas.min_v1([ss00160, ss00165]) > ss00160;
