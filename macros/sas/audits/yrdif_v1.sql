-- @audit a year after a claim is a year
SELECT 1 FROM main.soins_sante WHERE abs(sas.yrdif_v1(ss00015, CAST(ss00015 + to_years(1) AS DATE), 'ACT/ACT') - 1) > 0.01;
