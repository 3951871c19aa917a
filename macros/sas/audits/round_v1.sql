-- @audit an amount to one cent is itself
SELECT 1 FROM main.soins_sante WHERE sas.round_v1(ss00160 / 100, 0.01) <> ss00160 / 100;
