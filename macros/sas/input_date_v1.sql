-- @title.fr Date lue dans un texte
-- @title.nl Datum gelezen uit een tekst
-- @title.en Date read from a text
-- @status published
-- @catalog be-aim
-- @valid ..
-- @basis SAS formats reference, informats YYMMDDw., DDMMYYw. and MMDDYYw.
-- @param x VARCHAR : the text
-- @param ordre VARCHAR : YMD, DMY or MDY
-- @returns DATE attribute, nullable : the date, NULL when the text is none
-- @sas sha256:f176f189b75a470ab18a33afda82afb6c0e5d111b06e0e041eccf85676c03548
-- @note Years of four digits; the parts may touch, or stand apart by a hyphen, a slash or a point. Years of two
--   digits give NULL.
-- @note It never stops with an error: an error on a person's row would tell that there is such a person.
CREATE OR REPLACE MACRO sas.input_date_v1(x VARCHAR, ordre VARCHAR) AS
CAST(CASE ordre
    WHEN 'YMD' THEN try_strptime(translate(trim(x), '/.-', ''), '%Y%m%d')
    WHEN 'DMY' THEN try_strptime(translate(trim(x), '/.-', ''), '%d%m%Y')
    WHEN 'MDY' THEN try_strptime(translate(trim(x), '/.-', ''), '%m%d%Y')
END AS DATE)
