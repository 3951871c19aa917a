-- @audit ten digits are added
SELECT 1 FROM main.population WHERE sas.compress_set_v1('', 'd') <> '0123456789';
