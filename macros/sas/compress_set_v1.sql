-- @title.fr Caractères que désigne COMPRESS de SAS
-- @title.nl Tekens die COMPRESS van SAS aanduidt
-- @title.en The characters that COMPRESS of SAS is told
-- @status published
-- @catalog be-aim
-- @valid ..
-- @basis SAS functions reference, COMPRESS function, modifiers
-- @param caracteres VARCHAR : characters
-- @param modifs VARCHAR : letters that add more
-- @returns VARCHAR attribute, nullable : all of them
-- @sas sha256:6df3fa03b5ee8af755ca475302de296de2998f9bf6e321b92dd9febbdb36d60c
-- @note Written for sas.compress_v1, which uses it. Characters may occur twice.
CREATE OR REPLACE MACRO sas.compress_set_v1(caracteres VARCHAR, modifs VARCHAR) AS
CASE WHEN contains(lower(modifs), 'i') THEN concat(lower(
        coalesce(caracteres, '')
        || CASE WHEN regexp_matches(modifs, '[dDnN]') THEN '0123456789' ELSE '' END
        || CASE WHEN regexp_matches(modifs, '[aAlLfFnN]') THEN 'abcdefghijklmnopqrstuvwxyz' ELSE '' END
        || CASE WHEN regexp_matches(modifs, '[aAuUfFnN]') THEN 'ABCDEFGHIJKLMNOPQRSTUVWXYZ' ELSE '' END
        || CASE WHEN regexp_matches(modifs, '[fFnN]') THEN '_' ELSE '' END
        || CASE WHEN regexp_matches(modifs, '[sS]') THEN concat(' ', chr(9), chr(10), chr(11), chr(12), chr(13)) ELSE '' END
        || CASE WHEN regexp_matches(modifs, '[hH]') THEN chr(9) ELSE '' END
        || CASE WHEN regexp_matches(modifs, '[pP]') THEN concat('!"#$%&''()*+,-./:', chr(59), '<=>?@[\]^_`{|}~') ELSE '' END), upper(
        coalesce(caracteres, '')
        || CASE WHEN regexp_matches(modifs, '[dDnN]') THEN '0123456789' ELSE '' END
        || CASE WHEN regexp_matches(modifs, '[aAlLfFnN]') THEN 'abcdefghijklmnopqrstuvwxyz' ELSE '' END
        || CASE WHEN regexp_matches(modifs, '[aAuUfFnN]') THEN 'ABCDEFGHIJKLMNOPQRSTUVWXYZ' ELSE '' END
        || CASE WHEN regexp_matches(modifs, '[fFnN]') THEN '_' ELSE '' END
        || CASE WHEN regexp_matches(modifs, '[sS]') THEN concat(' ', chr(9), chr(10), chr(11), chr(12), chr(13)) ELSE '' END
        || CASE WHEN regexp_matches(modifs, '[hH]') THEN chr(9) ELSE '' END
        || CASE WHEN regexp_matches(modifs, '[pP]') THEN concat('!"#$%&''()*+,-./:', chr(59), '<=>?@[\]^_`{|}~') ELSE '' END))
    ELSE coalesce(caracteres, '')
        || CASE WHEN regexp_matches(modifs, '[dDnN]') THEN '0123456789' ELSE '' END
        || CASE WHEN regexp_matches(modifs, '[aAlLfFnN]') THEN 'abcdefghijklmnopqrstuvwxyz' ELSE '' END
        || CASE WHEN regexp_matches(modifs, '[aAuUfFnN]') THEN 'ABCDEFGHIJKLMNOPQRSTUVWXYZ' ELSE '' END
        || CASE WHEN regexp_matches(modifs, '[fFnN]') THEN '_' ELSE '' END
        || CASE WHEN regexp_matches(modifs, '[sS]') THEN concat(' ', chr(9), chr(10), chr(11), chr(12), chr(13)) ELSE '' END
        || CASE WHEN regexp_matches(modifs, '[hH]') THEN chr(9) ELSE '' END
        || CASE WHEN regexp_matches(modifs, '[pP]') THEN concat('!"#$%&''()*+,-./:', chr(59), '<=>?@[\]^_`{|}~') ELSE '' END END
