-- @audit a comparison is true or false for every amount
SELECT 1 FROM main.soins_sante WHERE sas.gt_v1(ss00160, ss00165) IS NULL;
