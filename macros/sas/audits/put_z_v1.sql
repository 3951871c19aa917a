-- @audit all are as wide as asked for
SELECT pp0015 FROM main.population WHERE length(sas.put_z_v1(pp0015, 9)) <> 9;
