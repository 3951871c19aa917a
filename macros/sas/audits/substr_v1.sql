-- @audit a part is never longer than asked for
SELECT pp0025 FROM main.population WHERE length(sas.substr_v1(pp0025, 1, 2)) > 2;
