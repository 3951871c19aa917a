-- @title.fr Jour de la semaine, 1 pour dimanche, comme WEEKDAY de SAS
-- @title.nl Dag van de week, 1 voor zondag, zoals WEEKDAY van SAS
-- @title.en Day of the week, 1 for Sunday, as WEEKDAY of SAS
-- @status published
-- @catalog be-aim
-- @valid ..
-- @basis SAS functions reference, WEEKDAY function
-- @param jour DATE : the day
-- @returns BIGINT attribute, nullable, in (1, 2, 3, 4, 5, 6, 7) : 1 for Sunday to 7 for Saturday
-- @sas sha256:17d7c669bdbc658854f90f139a58a4f8db9035a316bee61342c904787e2f7c14
-- @note DuckDB counts from 0. YEAR, QTR, MONTH and DAY of SAS are year, quarter, month and day here.
CREATE OR REPLACE MACRO sas.weekday_v1(jour DATE) AS
dayofweek(jour) + 1
