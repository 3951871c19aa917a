-- @audit from a day to itself there are none
SELECT 1 FROM main.soins_sante WHERE sas.datdif_v1(ss00015, ss00015, '30/360') NOT IN (0, 1, -1);
