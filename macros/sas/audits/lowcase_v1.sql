-- @audit a code is as long in small letters
SELECT 1 FROM main.soins_sante WHERE length(sas.lowcase_v1(ss00020)) <> length(ss00020);
