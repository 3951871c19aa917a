-- @audit the greatest is not below any
SELECT 1 FROM main.soins_sante WHERE sas.max_v1([ss00160, ss00165]) < ss00160;
