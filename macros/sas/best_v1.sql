-- @title.fr Nombre écrit au format BESTw. de SAS, sans blancs
-- @title.nl Getal in het formaat BESTw. van SAS, zonder blanco’s
-- @title.en Number written with the format BESTw. of SAS, without blanks
-- @status published
-- @catalog be-aim
-- @valid ..
-- @basis SAS formats reference, BESTw. format
-- @param x DOUBLE : the number
-- @param largeur BIGINT = 12 : the width, 1 to 32
-- @returns VARCHAR attribute, nullable : as many digits as the width holds; NULL when the number is missing
-- @uses sas.round1_v1
-- @uses sas.round_v1
-- @sas sha256:161ad7c2cf426ad830fde2e7ecaabf74e58db81f35a73501d2c3fefc85e337e2
-- @note Not more than 15 digits. The text of a number is put right in its width by SAS: lpad(best, 8); where SAS
--   turns a number into a text of its own it is best12.
-- @note When SAS goes over to an exponent for numbers near 0 is not published: here below 0.00001. SAS may write 12E3
--   where four positions hold 1E4 here: compare what is too narrow for its numbers with care.
CREATE OR REPLACE MACRO sas.best_v1(x DOUBLE, largeur BIGINT := 12) AS
CASE
    WHEN x IS NULL OR largeur IS NULL OR NOT isfinite(x) OR NOT largeur BETWEEN 1 AND 32 THEN NULL
    WHEN x = 0 THEN '0'
    WHEN x = trunc(x) AND length(format('{:.0f}', trunc(abs(x)))) + CAST(x < 0 AS INTEGER) <= largeur AND abs(x) < 1e16
        THEN format('{:.0f}', x)
    WHEN abs(x) >= 1e-5 AND abs(x) < 1e15 AND length(format('{:.0f}', sas.round1_v1(x))) <= largeur
        AND sas.round_v1(x, pow(10, -greatest(largeur - 1 - (length(format('{:.0f}', trunc(abs(x)))) + CAST(x < 0 AS INTEGER)), 0))) <> 0
        THEN CASE
            WHEN largeur - 1 - (length(format('{:.0f}', trunc(abs(x)))) + CAST(x < 0 AS INTEGER)) < 1 THEN format('{:.0f}', sas.round1_v1(x))
            ELSE rtrim(rtrim(format('{:.{}f}', x,
                least(largeur - 1 - (length(format('{:.0f}', trunc(abs(x)))) + CAST(x < 0 AS INTEGER)),
                    14 - CAST(list_extract(string_split(format('{:.14e}', x), 'e'), 2) AS BIGINT))), '0'), '.')
        END
    WHEN length('E' || CAST(list_extract(string_split(format('{:.14e}', x), 'e'), 2) AS BIGINT)) + 1 + CAST(x < 0 AS INTEGER) <= largeur
        THEN regexp_replace(list_extract(string_split(format('{:.{}e}', x,
                least(greatest(largeur - 2 - CAST(x < 0 AS INTEGER) - length('E' || CAST(list_extract(string_split(format('{:.14e}', x), 'e'), 2) AS BIGINT)), 0), 14)),
                'e'), 1), '[.]?0*$', '')
            || 'E' || CAST(list_extract(string_split(format('{:.{}e}', x,
                least(greatest(largeur - 2 - CAST(x < 0 AS INTEGER) - length('E' || CAST(list_extract(string_split(format('{:.14e}', x), 'e'), 2) AS BIGINT)), 0), 14)),
                'e'), 2) AS BIGINT)
    ELSE repeat('*', largeur)
END
