-- @audit a code has no blanks around
SELECT 1 FROM main.soins_sante WHERE sas.strip_v1(ss00020) <> trim(ss00020);
