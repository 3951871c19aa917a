-- @title.fr Texte sans certains caractères, comme COMPRESS de SAS
-- @title.nl Tekst zonder bepaalde tekens, zoals COMPRESS van SAS
-- @title.en Text without some characters, as COMPRESS of SAS
-- @status published
-- @catalog be-aim
-- @valid ..
-- @basis SAS functions reference, COMPRESS function
-- @param x VARCHAR : the text
-- @param caracteres VARCHAR = ' ' : the characters to take out
-- @param modifs VARCHAR = '' : letters that add characters, in any case: a letters, d digits, f letters and
--   underscore, h tab, i other case too, l small letters, n digits, letters and underscore, p punctuation, s blanks
--   of all sorts, u capitals; k keeps the characters instead
-- @returns VARCHAR attribute, nullable : the text, NULL when blank
-- @uses sas.compress_set_v1
-- @sas sha256:82d596163b263a9aee0dbe27c127521bd0735bc0c07218ba6454c10787e99096
-- @note Letters are those of ASCII: what a session of SAS takes for letters beyond depends on its encoding. Modifiers
--   c, g, o, t, w and x are not there and do nothing.
-- @note Two arguments of which the second is '' take out nothing, where SAS reads '' as a blank: write compress(x)
--   for blanks.
-- @note A text has no blanks behind and a blank text is NULL, in what comes back; what is given may have them: SAS
--   fills its variables with blanks and takes them for nothing.
CREATE OR REPLACE MACRO sas.compress_v1(x VARCHAR, caracteres VARCHAR := ' ', modifs VARCHAR := '') AS
CASE WHEN contains(lower(modifs), 'k')
    THEN nullif(rtrim(translate(x, translate(x, sas.compress_set_v1(caracteres, modifs), ''), ''), ' '), '')
    ELSE nullif(rtrim(translate(x, sas.compress_set_v1(caracteres, modifs), ''), ' '), '') END
