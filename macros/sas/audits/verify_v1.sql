-- @audit a code of digits alone has no other character
SELECT 1 FROM main.soins_sante WHERE regexp_full_match(ss00020, '[0-9]+') AND sas.verify_v1(ss00020, '0123456789') <> 0;
