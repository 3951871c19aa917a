-- @audit a claim lies between the first and the last day of its quarter
SELECT 1 FROM main.soins_sante WHERE ss00015 NOT BETWEEN sas.intnx_v1('qtr', ss00015, 0) AND sas.intnx_v1('qtr', ss00015, 0, 'E');
