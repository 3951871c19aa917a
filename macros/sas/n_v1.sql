-- @title.fr Nombre des arguments qui ne manquent pas, comme la fonction de SAS
-- @title.nl Aantal argumenten die niet ontbreken, zoals de functie van SAS
-- @title.en How many arguments are not missing, as the function of SAS
-- @status published
-- @catalog be-aim
-- @valid ..
-- @basis SAS functions reference, N function
-- @param liste DOUBLE[] : the arguments, as a list: [a, b, c]
-- @returns BIGINT attribute, nullable : the answer
-- @sas sha256:03c795ed296b5bc63984e779a01d0666d18df5df88fe222dbfc596fb3c4a286d
-- @note SAS takes any number of arguments; here they are one list: sas.n_v1([a, b, c]).
-- @note A NULL in place of the list gives NULL.
CREATE OR REPLACE MACRO sas.n_v1(liste DOUBLE[]) AS
list_aggr(liste, 'count')
