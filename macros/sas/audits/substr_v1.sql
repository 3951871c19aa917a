-- @audit a part of a code is a part of it
SELECT 1 FROM main.soins_sante WHERE NOT contains(ss00020, sas.substr_v1(ss00020, 2, 3));
