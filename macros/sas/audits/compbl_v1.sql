-- @audit no two blanks are left in a row
SELECT 1 FROM main.soins_sante WHERE contains(sas.compbl_v1(ss00020), '  ');
