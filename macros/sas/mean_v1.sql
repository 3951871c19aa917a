-- @title.fr Moyenne des arguments qui ne manquent pas, comme la fonction de SAS
-- @title.nl Gemiddelde van de argumenten die niet ontbreken, zoals de functie van SAS
-- @title.en Mean of the arguments that are not missing, as the function of SAS
-- @status published
-- @catalog be-aim
-- @valid ..
-- @basis SAS functions reference, MEAN function
-- @param liste DOUBLE[] : the arguments, as a list: [a, b, c]
-- @returns DOUBLE attribute, nullable : the answer
-- @sas sha256:8ccb94ba82ea4c6b597f5537ec33d28ce0d577293af1a2041fc03120d67cf7d8
-- @note SAS takes any number of arguments; here they are one list: sas.mean_v1([a, b, c]).
-- @note A NULL in place of the list gives NULL.
CREATE OR REPLACE MACRO sas.mean_v1(liste DOUBLE[]) AS
list_aggr(liste, 'avg')
