-- @title.fr Nombre entier complété de zéros (format Zw.)
-- @title.nl Geheel getal aangevuld met nullen (formaat Zw.)
-- @title.en Whole number filled with zeros (format Zw.)
-- @status published
-- @catalog be-aim
-- @valid ..
-- @basis SAS formats reference, Zw.d format
-- @param x DOUBLE : the number
-- @param largeur INTEGER : how many positions
-- @returns VARCHAR attribute : the number rounded to a whole one, in that many positions; a point when missing,
--   stars when it does not fit
-- @sas sha256:0b58443b4da69f879833b9257db769d9e7cd868173d10777541e3353ed6b76d3
-- @note A negative number has its sign in the first position.
CREATE OR REPLACE MACRO sas.put_z_v1(x DOUBLE, largeur INTEGER) AS
CASE
    WHEN x IS NULL THEN lpad('.', largeur, ' ')
    WHEN length(CAST(try_cast(round(abs(x)) AS BIGINT) AS VARCHAR)) + CASE WHEN round(x) < 0 THEN 1 ELSE 0 END > largeur OR abs(x) >= 1e18 THEN repeat('*', largeur)
    WHEN round(x) < 0 THEN '-' || lpad(CAST(try_cast(round(abs(x)) AS BIGINT) AS VARCHAR), largeur - 1, '0')
    ELSE lpad(CAST(try_cast(round(abs(x)) AS BIGINT) AS VARCHAR), largeur, '0')
END
