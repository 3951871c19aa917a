-- @audit nobody is younger than nothing
SELECT 1 FROM main.population WHERE sas.age_v1(sas.mdy_v1(1, 1, pp0015), DATE '2008-06-30') < 0;
