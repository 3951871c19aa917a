-- @title.fr Nombre d’intervalles entre deux dates, comme INTCK de SAS
-- @title.nl Aantal intervallen tussen twee datums, zoals INTCK van SAS
-- @title.en How many intervals lie between two dates, as INTCK of SAS
-- @status published
-- @catalog be-aim
-- @valid ..
-- @basis SAS functions reference, INTCK function
-- @param intervalle VARCHAR, in (day, week, month, qtr, semiyear, year, DAY, WEEK, MONTH, QTR, SEMIYEAR, YEAR) : the
--   interval
-- @param debut DATE : from
-- @param fin DATE : to
-- @param methode VARCHAR = 'D' : D counts the beginnings of intervals between the two dates, C the whole intervals
--   since the first
-- @returns BIGINT attribute, nullable : how many, negative when fin is before debut
-- @uses sas.intmonths_v1
-- @sas sha256:93d4438df9a4311b4c0ffeeddc6ffaac98f4b3d3deef29d11e47a59b465f1022
-- @note By default SAS counts beginnings: from 31 December to 1 January is one year, from 1 January to 31 December
--   none. For ages and full periods give C.
-- @note Weeks begin on Sunday. With C, a month from the 31st is over on the last day of a shorter month.
-- @note Going back in time with C, months are taken from debut, as INTNX with SAME does: the documentation does not
--   say so.
-- @note Multiples and shifts (MONTH3, WEEK.2), TENDAY, SEMIMONTH, WEEKDAY and times of day are not there; an unknown
--   word gives missing.
CREATE OR REPLACE MACRO sas.intck_v1(intervalle VARCHAR, debut DATE, fin DATE, methode VARCHAR := 'D') AS
CASE
    WHEN NOT (isfinite(debut) AND isfinite(fin)) THEN NULL
    WHEN lower(intervalle) = 'day' THEN CAST(fin - debut AS BIGINT)
    WHEN lower(intervalle) = 'week' AND lower(left(methode, 1)) = 'd'
        THEN CAST(floor((fin - DATE '1959-12-27') / 7) - floor((debut - DATE '1959-12-27') / 7) AS BIGINT)
    WHEN lower(intervalle) = 'week' AND lower(left(methode, 1)) = 'c' THEN CAST(trunc((fin - debut) / 7) AS BIGINT)
    WHEN lower(left(methode, 1)) = 'd'
        THEN CAST(floor((12 * year(fin) + month(fin) - 1) / sas.intmonths_v1(intervalle))
            - floor((12 * year(debut) + month(debut) - 1) / sas.intmonths_v1(intervalle)) AS BIGINT)
    WHEN lower(left(methode, 1)) = 'c'
        THEN CAST(trunc((12 * (year(fin) - year(debut)) + month(fin) - month(debut)
            - CASE WHEN fin >= debut AND least(day(debut), day(last_day(fin))) > day(fin) THEN 1
                WHEN fin < debut AND least(day(debut), day(last_day(fin))) < day(fin) THEN -1
                ELSE 0 END) / sas.intmonths_v1(intervalle)) AS BIGINT)
END
