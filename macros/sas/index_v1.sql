-- @title.fr Place d’une suite de caractères dans un texte, 0 si elle n’y est pas, comme INDEX de SAS
-- @title.nl Plaats van een reeks tekens in een tekst, 0 als ze er niet is, zoals INDEX van SAS
-- @title.en Place of a string in a text, 0 when it is not there, as INDEX of SAS
-- @status published
-- @catalog be-aim
-- @valid ..
-- @basis SAS functions reference, INDEX function
-- @param x VARCHAR : the text
-- @param extrait VARCHAR : what is looked for
-- @returns BIGINT attribute : the place, from 1 on
-- @sas sha256:9af0c9dd652e7d61584a12ca83ef583b217f89301dbd60b941a8cf3b133a5667
-- @note Blanks behind what is looked for count, as in SAS: there a variable must be trimmed first.
CREATE OR REPLACE MACRO sas.index_v1(x VARCHAR, extrait VARCHAR) AS
CASE WHEN extrait <> '' THEN coalesce(strpos(x, extrait), 0) ELSE 0 END
