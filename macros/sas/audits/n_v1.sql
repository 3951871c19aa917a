-- @audit there are 0 to 2 of two
SELECT 1 FROM main.soins_sante WHERE sas.n_v1([ss00160, ss00165]) NOT BETWEEN 0 AND 2;
