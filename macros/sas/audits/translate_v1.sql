-- @audit a code stays as long
SELECT 1 FROM main.soins_sante WHERE length(sas.translate_v1(ss00020, 'x', '0')) <> length(ss00020);
