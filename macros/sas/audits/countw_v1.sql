-- @audit a code without separators is a word
SELECT 1 FROM main.soins_sante WHERE sas.countw_v1(ss00020, ';') <> 1 AND ss00020 IS NOT NULL;
