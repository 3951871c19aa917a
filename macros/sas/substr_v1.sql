-- @title.fr Partie d’un texte, comme SUBSTR de SAS
-- @title.nl Deel van een tekst, zoals SUBSTR van SAS
-- @title.en Part of a text, as SUBSTR of SAS
-- @status published
-- @catalog be-aim
-- @valid ..
-- @basis SAS functions reference, SUBSTR (right of =) function; SUBSTRN function, table of comparisons
-- @param x VARCHAR : the text
-- @param place DOUBLE : where the part begins, from 1
-- @param longueur DOUBLE = NULL : how many characters; the rest when left out
-- @returns VARCHAR attribute, nullable : the part, NULL when blank
-- @sas sha256:6856afb3a65304d8e52588e7bbff6e98b5551e9ae5659144e91dd4c639d2e593
-- @note A length of 0 or less, or beyond the end, gives all that follows: SAS does so with a note in its log. A place
--   before the text or behind it gives a blank.
-- @note A text has no blanks behind and a blank text is NULL, in what is given and in what comes back: SAS fills its
--   variables with blanks and takes them for nothing.
-- @note On the left of = the function changes a part of a variable: write left(x, 2) || new || substring(x, 5).
CREATE OR REPLACE MACRO sas.substr_v1(x VARCHAR, place DOUBLE, longueur DOUBLE := NULL) AS
CASE WHEN place >= 1 AND trunc(place) <= length(x) THEN nullif(rtrim(substring(x, CAST(trunc(place) AS BIGINT),
    CASE WHEN trunc(longueur) BETWEEN 1 AND length(x) THEN CAST(trunc(longueur) AS BIGINT) ELSE length(x) END), ' '), '') END
