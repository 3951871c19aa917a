-- @title.fr Nombre écrit au format w.d de SAS
-- @title.nl Getal in het formaat w.d van SAS
-- @title.en Number written with the format w.d of SAS
-- @status published
-- @catalog be-aim
-- @valid ..
-- @basis SAS formats reference, w.d format; PUT function
-- @param x DOUBLE : the number
-- @param largeur BIGINT : the width, 1 to 32
-- @param decimales BIGINT = 0 : how many decimals, up to 15
-- @returns VARCHAR attribute, nullable : the number in that many positions, right-aligned; a point when missing
-- @uses sas.best_v1
-- @uses sas.round_v1
-- @sas sha256:e198e7f84f701aed6f683ccd5be39d5391659dfcbe9c7752feab1e1d8b2dcebf
-- @note Rounded as sas.round_v1 does, halves away from zero. What does not fit loses the 0 in front of the point,
--   then is written as BESTw. does, then is stars.
CREATE OR REPLACE MACRO sas.put_f_v1(x DOUBLE, largeur BIGINT, decimales BIGINT := 0) AS
CASE
    WHEN NOT coalesce(largeur BETWEEN 1 AND 32 AND decimales BETWEEN 0 AND 15, false) THEN NULL
    WHEN x IS NULL OR NOT isfinite(x) THEN lpad('.', CAST(largeur AS INTEGER), ' ')
    WHEN abs(x) < 1e15 AND length(format('{:.{}f}', sas.round_v1(x, pow(10, -decimales)), decimales)) <= largeur
        THEN lpad(format('{:.{}f}', sas.round_v1(x, pow(10, -decimales)), decimales), CAST(largeur AS INTEGER), ' ')
    WHEN abs(x) < 0.5 AND length(format('{:.{}f}', sas.round_v1(x, pow(10, -decimales)), decimales)) = largeur + 1 THEN replace(format('{:.{}f}', sas.round_v1(x, pow(10, -decimales)), decimales), '0.', '.')
    ELSE lpad(sas.best_v1(x, largeur), CAST(largeur AS INTEGER), ' ')
END
