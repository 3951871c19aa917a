-- @audit a code has no digits without digits
SELECT 1 FROM main.soins_sante WHERE regexp_matches(sas.compress_v1(ss00020, '', 'd'), '[0-9]');
