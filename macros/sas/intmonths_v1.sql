-- @title.fr Nombre de mois d’un intervalle de SAS
-- @title.nl Aantal maanden van een interval van SAS
-- @title.en How many months an interval of SAS has
-- @status published
-- @catalog be-aim
-- @valid ..
-- @basis SAS language reference: concepts, intervals used with date and time functions
-- @param intervalle VARCHAR, in (day, week, month, qtr, semiyear, year, DAY, WEEK, MONTH, QTR, SEMIYEAR, YEAR) : the
--   interval
-- @returns BIGINT attribute, nullable, in (1, 3, 6, 12) : the months; NULL for day, week and what is no interval
-- @sas sha256:b00bafa3be63485b8f2fb21c9b3416fc1240aa91f7904f8bff63cd8da565cd54
-- @note Written for sas.intck_v1 and sas.intnx_v1, which use it.
CREATE OR REPLACE MACRO sas.intmonths_v1(intervalle VARCHAR) AS
CAST(CASE lower(intervalle) WHEN 'month' THEN 1 WHEN 'qtr' THEN 3 WHEN 'semiyear' THEN 6 WHEN 'year' THEN 12 END AS BIGINT)
