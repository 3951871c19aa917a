-- @audit a code in which nothing is found stays
SELECT 1 FROM main.soins_sante WHERE sas.tranwrd_v1(ss00020, '?', 'x') <> ss00020;
