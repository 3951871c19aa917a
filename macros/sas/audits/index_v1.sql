-- @audit a code begins with its first character
SELECT 1 FROM main.soins_sante WHERE sas.index_v1(ss00020, left(ss00020, 1)) <> 1;
