-- @audit a year has twelve months
SELECT 1 FROM main.population WHERE sas.intmonths_v1('year') <> 12;
