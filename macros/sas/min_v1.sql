-- @title.fr Minimum des arguments qui ne manquent pas, comme la fonction de SAS
-- @title.nl Kleinste van de argumenten die niet ontbreken, zoals de functie van SAS
-- @title.en Least of the arguments that are not missing, as the function of SAS
-- @status published
-- @catalog be-aim
-- @valid ..
-- @basis SAS functions reference, MIN function
-- @param liste DOUBLE[] : the arguments, as a list: [a, b, c]
-- @returns DOUBLE attribute, nullable : the answer
-- @sas sha256:46f96db342bbb4473dfa739cac76538b76977d3b3fc4dd159a8d1bc0f52565f8
-- @note SAS takes any number of arguments; here they are one list: sas.min_v1([a, b, c]).
-- @note A NULL in place of the list gives NULL.
CREATE OR REPLACE MACRO sas.min_v1(liste DOUBLE[]) AS
list_aggr(liste, 'min')
