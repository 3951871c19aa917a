-- @audit a word of a code without blanks is the code
SELECT pp0025 FROM main.population WHERE sas.scan_v1(pp0025, 1, ' ') <> pp0025;
