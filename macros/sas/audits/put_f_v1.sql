-- @audit all are as wide as asked for
SELECT pp0015 FROM main.population WHERE length(sas.put_f_v1(pp0015, 12, 2)) <> 12;
