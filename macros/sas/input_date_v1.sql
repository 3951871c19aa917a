-- @title.fr Date lue dans un texte, comme INPUT de SAS
-- @title.nl Datum gelezen uit een tekst, zoals INPUT van SAS
-- @title.en Date read from a text, as INPUT of SAS
-- @status published
-- @catalog be-aim
-- @valid ..
-- @basis SAS informats reference, DATEw., DDMMYYw., MMDDYYw. and YYMMDDw. informats; system option YEARCUTOFF= as
--   delivered with SAS 9.4: 1926
-- @param x VARCHAR : the text
-- @param ordre VARCHAR, in (YMD, DMY, MDY, DATE) : the order of the parts; DATE for 01JAN2008
-- @returns DATE attribute, nullable : the day
-- @uses sas.mdy_v1
-- @sas sha256:af27e8bbb1b08599d90846dda38d4f43de67de6372c132b15026da0d55f09a4a
-- @note The parts stand together, of two digits each and a year of four or two, or apart by a hyphen, slash, point,
--   colon or blank. Two digits are a year from 1926 to 2025.
-- @note A text that is no day of the calendar gives missing; SAS writes a note to its log.
CREATE OR REPLACE MACRO sas.input_date_v1(x VARCHAR, ordre VARCHAR) AS
CASE
    WHEN upper(ordre) = 'YMD' AND regexp_full_match(trim(x, ' '), '([0-9]{4}|[0-9]{2})([0-9]{2})([0-9]{2})|([0-9]{4}|[0-9]{2})[-/.: ][0-9]{1,2}[-/.: ][0-9]{1,2}')
        THEN sas.mdy_v1(
            TRY_CAST(list_extract(string_split(translate(regexp_replace(trim(x, ' '), '^([0-9]{4}|[0-9]{2})([0-9]{2})([0-9]{2})$', '\1-\2-\3'), '/.: ', '----'), '-'), 2) AS DOUBLE),
            TRY_CAST(list_extract(string_split(translate(regexp_replace(trim(x, ' '), '^([0-9]{4}|[0-9]{2})([0-9]{2})([0-9]{2})$', '\1-\2-\3'), '/.: ', '----'), '-'), 3) AS DOUBLE),
            TRY_CAST(list_extract(string_split(translate(regexp_replace(trim(x, ' '), '^([0-9]{4}|[0-9]{2})([0-9]{2})([0-9]{2})$', '\1-\2-\3'), '/.: ', '----'), '-'), 1) AS DOUBLE))
    WHEN upper(ordre) = 'DMY' AND regexp_full_match(trim(x, ' '), '([0-9]{2})([0-9]{2})([0-9]{4}|[0-9]{2})|[0-9]{1,2}[-/.: ][0-9]{1,2}[-/.: ]([0-9]{4}|[0-9]{2})')
        THEN sas.mdy_v1(
            TRY_CAST(list_extract(string_split(translate(regexp_replace(trim(x, ' '), '^([0-9]{2})([0-9]{2})([0-9]{4}|[0-9]{2})$', '\1-\2-\3'), '/.: ', '----'), '-'), 2) AS DOUBLE),
            TRY_CAST(list_extract(string_split(translate(regexp_replace(trim(x, ' '), '^([0-9]{2})([0-9]{2})([0-9]{4}|[0-9]{2})$', '\1-\2-\3'), '/.: ', '----'), '-'), 1) AS DOUBLE),
            TRY_CAST(list_extract(string_split(translate(regexp_replace(trim(x, ' '), '^([0-9]{2})([0-9]{2})([0-9]{4}|[0-9]{2})$', '\1-\2-\3'), '/.: ', '----'), '-'), 3) AS DOUBLE))
    WHEN upper(ordre) = 'MDY' AND regexp_full_match(trim(x, ' '), '([0-9]{2})([0-9]{2})([0-9]{4}|[0-9]{2})|[0-9]{1,2}[-/.: ][0-9]{1,2}[-/.: ]([0-9]{4}|[0-9]{2})')
        THEN sas.mdy_v1(
            TRY_CAST(list_extract(string_split(translate(regexp_replace(trim(x, ' '), '^([0-9]{2})([0-9]{2})([0-9]{4}|[0-9]{2})$', '\1-\2-\3'), '/.: ', '----'), '-'), 1) AS DOUBLE),
            TRY_CAST(list_extract(string_split(translate(regexp_replace(trim(x, ' '), '^([0-9]{2})([0-9]{2})([0-9]{4}|[0-9]{2})$', '\1-\2-\3'), '/.: ', '----'), '-'), 2) AS DOUBLE),
            TRY_CAST(list_extract(string_split(translate(regexp_replace(trim(x, ' '), '^([0-9]{2})([0-9]{2})([0-9]{4}|[0-9]{2})$', '\1-\2-\3'), '/.: ', '----'), '-'), 3) AS DOUBLE))
    WHEN upper(ordre) = 'DATE' THEN sas.mdy_v1(
        list_position(list_value('JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'),
            regexp_extract(upper(trim(x, ' ')), '^([0-9]{1,2})[-/. ]?([A-Z]{3})[-/. ]?([0-9]{4}|[0-9]{2})$', 2)),
        TRY_CAST(regexp_extract(upper(trim(x, ' ')), '^([0-9]{1,2})[-/. ]?([A-Z]{3})[-/. ]?([0-9]{4}|[0-9]{2})$', 1) AS DOUBLE),
        TRY_CAST(regexp_extract(upper(trim(x, ' ')), '^([0-9]{1,2})[-/. ]?([A-Z]{3})[-/. ]?([0-9]{4}|[0-9]{2})$', 3) AS DOUBLE))
END
