-- @audit the nearest number is at most one half away
SELECT 1 FROM main.soins_sante WHERE abs(sas.round1_v1(ss00160 / 100) - ss00160 / 100) > 0.5000001;
