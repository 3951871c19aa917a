-- @title.fr Nombre lu dans un texte, comme INPUT de SAS avec w.d
-- @title.nl Getal gelezen uit een tekst, zoals INPUT van SAS met w.d
-- @title.en Number read from a text, as INPUT of SAS with w.d
-- @status published
-- @catalog be-aim
-- @valid ..
-- @basis SAS informats reference, w.d informat; INPUT function
-- @param x VARCHAR : the text
-- @param largeur BIGINT = 32 : how many positions are read, 1 to 32
-- @param decimales BIGINT = 0 : the power of ten by which a number without a point is divided
-- @returns DOUBLE attribute, nullable : the number
-- @sas sha256:d101269e2ad5f6cab50fb3ee1835bdcfcd782345d7665b5cf92d8551acac7094
-- @note A text that is no number gives missing; SAS writes a note to its log. A point alone is missing.
-- @note With decimals, 1234 is 12.34 and 12.34 stays: the decimals of an informat count where there is no point.
CREATE OR REPLACE MACRO sas.input_f_v1(x VARCHAR, largeur BIGINT := 32, decimales BIGINT := 0) AS
CASE
    WHEN largeur BETWEEN 1 AND 32 AND decimales BETWEEN 0 AND 31
        AND regexp_full_match(trim(left(x, CAST(largeur AS INTEGER)), ' '), '[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eEdD][+-]?[0-9]+)?')
        THEN CASE WHEN isfinite(TRY_CAST(replace(upper(trim(left(x, CAST(largeur AS INTEGER)), ' ')), 'D', 'E') AS DOUBLE))
            THEN TRY_CAST(replace(upper(trim(left(x, CAST(largeur AS INTEGER)), ' ')), 'D', 'E') AS DOUBLE)
                / CASE WHEN contains(trim(left(x, CAST(largeur AS INTEGER)), ' '), '.') OR regexp_matches(trim(left(x, CAST(largeur AS INTEGER)), ' '), '[eEdD]') THEN 1 ELSE pow(10, decimales) END END
END
