-- @title.fr Partie d'un texte
-- @title.nl Deel van een tekst
-- @title.en Part of a text
-- @status published
-- @catalog be-aim
-- @valid ..
-- @basis SAS language reference, SUBSTR function
-- @param x VARCHAR : the text
-- @param place DOUBLE : where the part begins, from 1
-- @param longueur DOUBLE : how long it is
-- @returns VARCHAR attribute, nullable : the part, without blanks behind; NULL when blank
-- @sas sha256:6e8c72074fe3b273344e28a8be5f26f0d0266050400f044f03393a9c03b8a993
-- @note A place before the text gives a blank, and a length of 0 or less all that follows: SAS does so with a note
--   in its log.
CREATE OR REPLACE MACRO sas.substr_v1(x VARCHAR, place DOUBLE, longueur DOUBLE) AS
CASE WHEN place >= 1 THEN nullif(rtrim(substring(x, least(trunc(place), 32768)::BIGINT,
    CASE WHEN longueur >= 1 THEN least(trunc(longueur), 32767)::BIGINT ELSE 32767 END)), '') END
