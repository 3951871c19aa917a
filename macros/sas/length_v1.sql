-- @title.fr Longueur d’un texte sans les blancs derrière, 1 pour un texte blanc, comme LENGTH de SAS
-- @title.nl Lengte van een tekst zonder de blanco’s erachter, 1 voor een blanco tekst, zoals LENGTH van SAS
-- @title.en Length of a text without blanks behind, 1 for a blank text, as LENGTH of SAS
-- @status published
-- @catalog be-aim
-- @valid ..
-- @basis SAS functions reference, LENGTH function
-- @param x VARCHAR : the text
-- @returns BIGINT attribute : the length
-- @sas sha256:037aaf066ae3c48b2d5c5a15810c2cd134539a9e8475af58cbcd857d0f9bc10e
-- @note LENGTHN of SAS gives 0 for a blank text: coalesce(length(rtrim(x)), 0).
-- @note Characters are counted, where SAS with a double-byte session counts bytes.
CREATE OR REPLACE MACRO sas.length_v1(x VARCHAR) AS
greatest(coalesce(length(rtrim(x, ' ')), 0), 1)
