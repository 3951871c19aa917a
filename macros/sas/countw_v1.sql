-- @title.fr Nombre de mots d'un texte
-- @title.nl Aantal woorden van een tekst
-- @title.en Number of words of a text
-- @status published
-- @catalog be-aim
-- @valid ..
-- @basis SAS language reference, COUNTW function
-- @param x VARCHAR : the text
-- @param separateurs VARCHAR : the characters that stand between words
-- @returns BIGINT attribute : how many words, 0 for a blank text
-- @sas sha256:7fafabc3f9009ce6065865940c4ac04fc688b4156e89efd31f0ddea68206d4db
-- @note The modifiers of COUNTW are not here.
CREATE OR REPLACE MACRO sas.countw_v1(x VARCHAR, separateurs VARCHAR) AS
coalesce(length(list_filter(regexp_split_to_array(x, '[' || regexp_replace(separateurs, '([\\\^\-\[\]])', '\\\1', 'g') || ']+'), lambda w: w <> '')), 0)
