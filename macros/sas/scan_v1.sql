-- @title.fr Mot numéro n d’un texte, comme SCAN de SAS
-- @title.nl Woord nummer n van een tekst, zoals SCAN van SAS
-- @title.en Word number n of a text, as SCAN of SAS
-- @status published
-- @catalog be-aim
-- @valid ..
-- @basis SAS functions reference, SCAN function; default delimiters of ASCII environments
-- @param x VARCHAR : the text
-- @param n DOUBLE : which word; counted from the end when negative
-- @param separateurs VARCHAR = ' .<(+&!$*)^-/,%|' || chr(59) : the characters between words
-- @returns VARCHAR attribute, nullable : the word, NULL when there is none
-- @sas sha256:c9428afa083567541b05c686eeb14cb7561fbba0ae2cca04765543633175c8de
-- @note Separators in a row are one; those in front of the first word and behind the last do not count.
-- @note Where the blank is no separator, SAS takes the blanks that fill a variable for a word behind a last
--   separator: here they are not there. The modifiers of SCAN are not there either.
CREATE OR REPLACE MACRO sas.scan_v1(x VARCHAR, n DOUBLE, separateurs VARCHAR := ' .<(+&!$*)^-/,%|' || chr(59)) AS
CASE WHEN abs(n) < 32768 THEN nullif(rtrim(list_extract(list_filter(string_split(translate(x, separateurs, repeat(chr(1), length(separateurs))), chr(1)), lambda mot: mot <> ''),
    CAST(trunc(n) AS BIGINT)), ' '), '') END
