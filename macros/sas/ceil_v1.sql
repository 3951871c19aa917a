-- @title.fr Plus petit entier qui n’est pas sous x, comme CEIL de SAS
-- @title.nl Kleinste gehele getal dat niet onder x ligt, zoals CEIL van SAS
-- @title.en Least whole number not below x, as CEIL of SAS
-- @status published
-- @catalog be-aim
-- @valid ..
-- @basis SAS functions reference, CEIL function: an argument within 1E-12 of a whole number is that number
-- @param x DOUBLE : the number
-- @returns DOUBLE attribute, nullable : the whole number
-- @sas sha256:bd9fb9b317e8307bab34da660207d2c8eef1035561aa683f94eb00d3f19c3495
-- @note The function CEILZ of SAS has no such fuzz: it is ceil(x).
CREATE OR REPLACE MACRO sas.ceil_v1(x DOUBLE) AS
CASE WHEN abs(x - round(x)) < 1e-12 THEN round(x) ELSE ceil(x) END + 0
