-- @title.fr Nombre écrit au format w.d, cadré à droite
-- @title.nl Getal in het formaat w.d, rechts uitgelijnd
-- @title.en Number written with the format w.d, right-aligned
-- @status published
-- @catalog be-aim
-- @valid ..
-- @basis SAS formats reference, w.d format
-- @param x DOUBLE : the number
-- @param largeur INTEGER : how many positions
-- @param decimales INTEGER : how many of them are decimals
-- @returns VARCHAR attribute : the number in that many positions; a point when missing, stars when it does not fit
-- @uses sas.round_v1
-- @sas sha256:ccbab2f269bfb9b672015510d2ef153b105bf5c0e66e7b919b22369267822ea9
-- @note SAS drops decimals before it writes stars; here a number that does not fit is stars.
-- @note It is rounded as sas.round_v1 does.
CREATE OR REPLACE MACRO sas.put_f_v1(x DOUBLE, largeur INTEGER, decimales INTEGER) AS
CASE
    WHEN x IS NULL THEN lpad('.', largeur, ' ')
    WHEN length(printf('%.' || decimales || 'f', sas.round_v1(x, pow(10, -decimales)))) > largeur THEN repeat('*', largeur)
    ELSE lpad(printf('%.' || decimales || 'f', sas.round_v1(x, pow(10, -decimales))), largeur, ' ')
END
