-- @audit a code and nothing are the code
SELECT 1 FROM main.soins_sante WHERE sas.catx_v1('-', [ss00020, NULL]) <> trim(ss00020);
