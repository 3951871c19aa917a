-- @audit a comparison is true or false for every code
SELECT 1 FROM main.soins_sante WHERE sas.le_text_v1(ss00020, ss00050::VARCHAR) IS NULL;
