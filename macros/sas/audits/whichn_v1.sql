-- @audit an amount is the first of itself
SELECT 1 FROM main.soins_sante WHERE sas.whichn_v1(ss00160, [ss00160, ss00160]) <> 1;
