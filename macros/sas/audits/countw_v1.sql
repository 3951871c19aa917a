-- @audit a code without blanks is one word
SELECT pp0025 FROM main.population WHERE sas.countw_v1(pp0025, ' ') > 1;
