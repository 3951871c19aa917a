-- @title.fr Partie entière, comme INT de SAS
-- @title.nl Geheel gedeelte, zoals INT van SAS
-- @title.en Whole part, as INT of SAS
-- @status published
-- @catalog be-aim
-- @valid ..
-- @basis SAS functions reference, INT function: an argument within 1E-12 of a whole number is that number
-- @param x DOUBLE : the number
-- @returns DOUBLE attribute, nullable : the whole number
-- @sas sha256:3f39061dccc4e23fb21b5a11a0056c8db31e458c3bc07b6b0b006ee9acf8aa3f
-- @note The function INTZ of SAS has no such fuzz: it is trunc(x).
CREATE OR REPLACE MACRO sas.int_v1(x DOUBLE) AS
CASE WHEN abs(x - round(x)) < 1e-12 THEN round(x) ELSE trunc(x) END + 0
