-- @audit a code is as long
SELECT 1 FROM main.soins_sante WHERE length(sas.propcase_v1(ss00020)) <> length(ss00020);
