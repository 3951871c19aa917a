-- @audit a quarter begins before or on each of its days
SELECT 1 FROM main.soins_sante WHERE sas.intbegin_v1('qtr', ss00015, 0) > ss00015;
