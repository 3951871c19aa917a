-- @title.fr Reste de la division, comme MOD de SAS
-- @title.nl Rest van de deling, zoals MOD van SAS
-- @title.en Remainder of a division, as MOD of SAS
-- @status published
-- @catalog be-aim
-- @valid ..
-- @basis SAS functions reference, MOD function
-- @param x DOUBLE : what is divided
-- @param y DOUBLE : by what
-- @returns DOUBLE attribute, nullable : the remainder, with the sign of x
-- @sas sha256:a600b872cb93388f751b4e4b4d1a7bdde6b7063fe2bd40b7522f9749757e142a
-- @note The sign of y is ignored. A remainder very near 0 or y is 0, as SAS says without telling how near: 1e-12 of y
--   here, or 4e-15 of x. The function MODZ of SAS has no such fuzz: it is x % y.
-- @note Division by 0 gives missing.
CREATE OR REPLACE MACRO sas.mod_v1(x DOUBLE, y DOUBLE) AS
CASE
    WHEN y = 0 THEN NULL
    WHEN x = trunc(x) AND y = trunc(y) AND abs(x) < 9007199254740992 THEN x % y + 0
    WHEN least(abs(x % y), abs(y) - abs(x % y)) <= greatest(1e-12 * abs(y), 4e-15 * abs(x)) THEN 0
    ELSE x % y
END
