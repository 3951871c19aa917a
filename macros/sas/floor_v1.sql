-- @title.fr Plus grand entier qui ne dépasse pas x, comme FLOOR de SAS
-- @title.nl Grootste gehele getal dat x niet overtreft, zoals FLOOR van SAS
-- @title.en Greatest whole number not above x, as FLOOR of SAS
-- @status published
-- @catalog be-aim
-- @valid ..
-- @basis SAS functions reference, FLOOR function: an argument within 1E-12 of a whole number is that number
-- @param x DOUBLE : the number
-- @returns DOUBLE attribute, nullable : the whole number
-- @sas sha256:bb6de3f3c27643f6bb54eaaa15cd85ff7040b27d87a84f930522f9d5d659d407
-- @note The function FLOORZ of SAS has no such fuzz: it is floor(x).
CREATE OR REPLACE MACRO sas.floor_v1(x DOUBLE) AS
CASE WHEN abs(x - round(x)) < 1e-12 THEN round(x) ELSE floor(x) END + 0
