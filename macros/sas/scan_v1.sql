-- @title.fr Mot numéro n d'un texte
-- @title.nl Woord nummer n van een tekst
-- @title.en Word number n of a text
-- @status published
-- @catalog be-aim
-- @valid ..
-- @basis SAS language reference, SCAN function
-- @param x VARCHAR : the text
-- @param n DOUBLE : which word, counted from the end when negative
-- @param separateurs VARCHAR : the characters that stand between words, several of which count as one
-- @returns VARCHAR attribute, nullable : the word, NULL when there is none
-- @sas sha256:48db306ab413292d433075f566e103653c54e8cae9581da20c70649760b99c52
-- @note Separators in front of the first word and behind the last do not count.
-- @note The modifiers of SCAN are not here.
CREATE OR REPLACE MACRO sas.scan_v1(x VARCHAR, n DOUBLE, separateurs VARCHAR) AS
nullif(rtrim(list_filter(regexp_split_to_array(x, '[' || regexp_replace(separateurs, '([\\\^\-\[\]])', '\\\1', 'g') || ']+'), lambda w: w <> '')[trunc(n)::BIGINT]), '')
