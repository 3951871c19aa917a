-- @title.fr Nombre de mots d’un texte, comme COUNTW de SAS
-- @title.nl Aantal woorden van een tekst, zoals COUNTW van SAS
-- @title.en How many words a text has, as COUNTW of SAS
-- @status published
-- @catalog be-aim
-- @valid ..
-- @basis SAS functions reference, COUNTW function
-- @param x VARCHAR : the text
-- @param separateurs VARCHAR = ' .<(+&!$*)^-/,%|' || chr(59) : the characters between words
-- @returns BIGINT attribute : how many, 0 for a blank text
-- @sas sha256:e20cb5402a70eeb4425eede672b0ed99f50e32cf07a3d0a9101eecef41f8daee
-- @note What a word is: see sas.scan_v1.
CREATE OR REPLACE MACRO sas.countw_v1(x VARCHAR, separateurs VARCHAR := ' .<(+&!$*)^-/,%|' || chr(59)) AS
coalesce(len(list_filter(string_split(translate(x, separateurs, repeat(chr(1), length(separateurs))), chr(1)), lambda mot: mot <> '')), 0)
