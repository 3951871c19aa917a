-- @audit no text is shorter than 1
SELECT 1 FROM main.soins_sante WHERE sas.length_v1(ss00020) < 1;
