-- @title.fr Somme des arguments qui ne manquent pas, comme la fonction de SAS
-- @title.nl Som van de argumenten die niet ontbreken, zoals de functie van SAS
-- @title.en Sum of the arguments that are not missing, as the function of SAS
-- @status published
-- @catalog be-aim
-- @valid ..
-- @basis SAS functions reference, SUM function
-- @param liste DOUBLE[] : the arguments, as a list: [a, b, c]
-- @returns DOUBLE attribute, nullable : the answer
-- @sas sha256:c82cd1b80978dcb425ea15de00485492d777a19c71b5aa80a4b47c71062b171d
-- @note SAS takes any number of arguments; here they are one list: sas.sum_v1([a, b, c]).
-- @note The operator differs: a + b is missing when one of them is.
CREATE OR REPLACE MACRO sas.sum_v1(liste DOUBLE[]) AS
list_aggr(liste, 'sum')
