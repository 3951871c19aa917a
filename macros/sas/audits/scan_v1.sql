-- @audit a code without separators is its first word and its last
SELECT 1 FROM main.soins_sante WHERE sas.scan_v1(ss00020, 1, ';') <> sas.scan_v1(ss00020, -1, ';');
