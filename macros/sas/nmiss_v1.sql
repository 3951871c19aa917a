-- @title.fr Nombre des arguments qui manquent, comme la fonction de SAS
-- @title.nl Aantal ontbrekende argumenten, zoals de functie van SAS
-- @title.en How many arguments are missing, as the function of SAS
-- @status published
-- @catalog be-aim
-- @valid ..
-- @basis SAS functions reference, NMISS function
-- @param liste DOUBLE[] : the arguments, as a list: [a, b, c]
-- @returns BIGINT attribute, nullable : the answer
-- @sas sha256:a10318d4970fcad35b0550e2c5c6317ada11236c70b57589b96ccda093f20cde
-- @note SAS takes any number of arguments; here they are one list: sas.nmiss_v1([a, b, c]).
-- @note A NULL in place of the list gives NULL.
CREATE OR REPLACE MACRO sas.nmiss_v1(liste DOUBLE[]) AS
len(liste) - list_aggr(liste, 'count')
