-- @title.fr Premier jour de l’intervalle n intervalles plus loin
-- @title.nl Eerste dag van het interval n intervallen verder
-- @title.en First day of the interval that lies n intervals on
-- @status published
-- @catalog be-aim
-- @valid ..
-- @basis SAS functions reference, INTNX function without alignment
-- @param intervalle VARCHAR, in (day, week, month, qtr, semiyear, year, DAY, WEEK, MONTH, QTR, SEMIYEAR, YEAR) : the
--   interval
-- @param debut DATE : from
-- @param n DOUBLE : how many intervals on, back when negative
-- @returns DATE attribute, nullable : the first day
-- @uses sas.intmonths_v1
-- @sas sha256:ffebbb00775cdb345839844a6e40579381651f60c5e6370646e1cdbd666c1b82
-- @note Written for sas.intnx_v1, which adds the alignments.
-- @note Weeks begin on Sunday.
CREATE OR REPLACE MACRO sas.intbegin_v1(intervalle VARCHAR, debut DATE, n DOUBLE) AS
CASE
    WHEN NOT (abs(n) <= 100001 AND debut BETWEEN DATE '1582-01-01' AND DATE '19900-12-31') THEN NULL
    WHEN lower(intervalle) = 'day' THEN debut + CAST(trunc(n) AS INTEGER)
    WHEN lower(intervalle) = 'week' THEN debut - CAST(dayofweek(debut) AS INTEGER) + 7 * CAST(trunc(n) AS INTEGER)
    ELSE CAST(DATE '1960-01-01' + to_months(CAST(12 * (year(debut) - 1960)
        + sas.intmonths_v1(intervalle) * (trunc(n) + floor((month(debut) - 1) / sas.intmonths_v1(intervalle))) AS INTEGER)) AS DATE)
END
