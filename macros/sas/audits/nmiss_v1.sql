-- @audit those that are missing and those that are not are all
SELECT 1 FROM main.soins_sante WHERE sas.nmiss_v1([ss00160, ss00165]) + sas.n_v1([ss00160, ss00165]) <> 2;
