-- @audit a code is as long in capitals
SELECT 1 FROM main.soins_sante WHERE length(sas.upcase_v1(ss00020)) <> length(ss00020);
