-- @title.fr Textes sans blancs autour, l’un derrière l’autre, comme CATS de SAS
-- @title.nl Teksten zonder blanco’s eromheen, achter elkaar, zoals CATS van SAS
-- @title.en Texts without blanks around, one behind the other, as CATS of SAS
-- @status published
-- @catalog be-aim
-- @valid ..
-- @basis SAS functions reference, CATS function
-- @param liste VARCHAR[] : the texts, as a list: [a, b, c]
-- @returns VARCHAR attribute, nullable : the text, NULL when blank
-- @sas sha256:bc777bab4c2c5464c625878986446ea55548204f7fbc148bb425248493a3dcbe
-- @note SAS writes numbers with BEST12.: sas.cats_v1([a, sas.best_v1(n)]).
-- @note A text has no blanks behind and a blank text is NULL, in what comes back; what is given may have them: SAS
--   fills its variables with blanks and takes them for nothing.
CREATE OR REPLACE MACRO sas.cats_v1(liste VARCHAR[]) AS
nullif(list_reduce(list_transform(liste, lambda t: coalesce(trim(t, ' '), '')), lambda a, b: a || b, ''), '')
