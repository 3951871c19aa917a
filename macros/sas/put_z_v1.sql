-- @title.fr Nombre complété de zéros, au format Zw.d de SAS
-- @title.nl Getal aangevuld met nullen, in het formaat Zw.d van SAS
-- @title.en Number filled with zeros, with the format Zw.d of SAS
-- @status published
-- @catalog be-aim
-- @valid ..
-- @basis SAS formats reference, Zw.d format; PUT function
-- @param x DOUBLE : the number
-- @param largeur BIGINT : the width, 1 to 32
-- @param decimales BIGINT = 0 : how many decimals, up to 15
-- @returns VARCHAR attribute, nullable : the number in that many positions; a point, right-aligned, when missing
-- @uses sas.put_f_v1
-- @uses sas.round_v1
-- @sas sha256:36a3435743c8e03a7ac80149a93db3d834ad13527cb8011c9ff45dd9e8df2957
-- @note The sign takes the first position. What does not fit is written as w.d does, in the end as stars.
CREATE OR REPLACE MACRO sas.put_z_v1(x DOUBLE, largeur BIGINT, decimales BIGINT := 0) AS
CASE
    WHEN abs(x) < 1e15 AND largeur BETWEEN 1 AND 32 AND decimales BETWEEN 0 AND 15
        AND length(format('{:.{}f}', abs(sas.round_v1(x, pow(10, -decimales))), decimales)) + CAST(x < 0 AS INTEGER) <= largeur
        THEN CASE WHEN x < 0 THEN '-' ELSE '' END
            || lpad(format('{:.{}f}', abs(sas.round_v1(x, pow(10, -decimales))), decimales), CAST(largeur AS INTEGER) - CAST(x < 0 AS INTEGER), '0')
    ELSE sas.put_f_v1(x, largeur, decimales)
END
