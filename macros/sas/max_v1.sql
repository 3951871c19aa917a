-- @title.fr Maximum des arguments qui ne manquent pas, comme la fonction de SAS
-- @title.nl Grootste van de argumenten die niet ontbreken, zoals de functie van SAS
-- @title.en Greatest of the arguments that are not missing, as the function of SAS
-- @status published
-- @catalog be-aim
-- @valid ..
-- @basis SAS functions reference, MAX function
-- @param liste DOUBLE[] : the arguments, as a list: [a, b, c]
-- @returns DOUBLE attribute, nullable : the answer
-- @sas sha256:131f2010a2e0409f3e88c373cfd12b23052d3b2de3bcf2a1caa3bdb8ad465f4b
-- @note SAS takes any number of arguments; here they are one list: sas.max_v1([a, b, c]).
-- @note A NULL in place of the list gives NULL.
CREATE OR REPLACE MACRO sas.max_v1(liste DOUBLE[]) AS
list_aggr(liste, 'max')
