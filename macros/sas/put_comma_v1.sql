-- @title.fr Nombre écrit au format COMMAw.d de SAS
-- @title.nl Getal in het formaat COMMAw.d van SAS
-- @title.en Number written with the format COMMAw.d of SAS
-- @status published
-- @catalog be-aim
-- @valid ..
-- @basis SAS formats reference, COMMAw.d format; PUT function
-- @param x DOUBLE : the number
-- @param largeur BIGINT = 6 : the width, 1 to 32
-- @param decimales BIGINT = 0 : how many decimals, up to 15
-- @returns VARCHAR attribute, nullable : the number in that many positions, right-aligned, a comma between thousands;
--   a point when missing
-- @uses sas.put_f_v1
-- @uses sas.round_v1
-- @sas sha256:a1cdcbd8d6f58d2314ddd13ef5d5cd78195c9f8abd23a1d856e2cafbcd93ccd9
-- @note What does not fit loses its commas first, then is written as w.d does.
CREATE OR REPLACE MACRO sas.put_comma_v1(x DOUBLE, largeur BIGINT := 6, decimales BIGINT := 0) AS
CASE
    WHEN abs(x) < 1e15 AND largeur BETWEEN 1 AND 32 AND decimales BETWEEN 0 AND 15
        AND length(format('{:,.{}f}', sas.round_v1(x, pow(10, -decimales)), decimales)) <= largeur
        THEN lpad(format('{:,.{}f}', sas.round_v1(x, pow(10, -decimales)), decimales), CAST(largeur AS INTEGER), ' ')
    ELSE sas.put_f_v1(x, largeur, decimales)
END
