-- @title.fr Date avancée de n intervalles, comme INTNX de SAS
-- @title.nl Datum n intervallen verder, zoals INTNX van SAS
-- @title.en Date n intervals on, as INTNX of SAS
-- @status published
-- @catalog be-aim
-- @valid ..
-- @basis SAS functions reference, INTNX function
-- @param intervalle VARCHAR, in (day, week, month, qtr, semiyear, year, DAY, WEEK, MONTH, QTR, SEMIYEAR, YEAR) : the
--   interval
-- @param debut DATE : from
-- @param n DOUBLE : how many intervals on, back when negative
-- @param alignement VARCHAR = 'B' : B for the beginning of that interval, M its middle, E its end, S the same day in
--   it
-- @returns DATE attribute, nullable : the day
-- @uses sas.intbegin_v1
-- @uses sas.intmonths_v1
-- @sas sha256:4ae8e887c0e703939c66d6df001eb8cd5105e0d5a8f8fc7480f50efa1170b827
-- @note By default the answer is the first day of an interval, also for n = 0: intnx(month, d, 0) is the first of the
--   month of d. For the same day give S.
-- @note With S, a day that the month does not have becomes its last. Weeks begin on Sunday. The middle of an even
--   number of days is the earlier of the two.
-- @note Multiples and shifts (MONTH3, WEEK.2), TENDAY, SEMIMONTH, WEEKDAY and times of day are not there; an unknown
--   word gives missing, as do more than 100 000 intervals.
CREATE OR REPLACE MACRO sas.intnx_v1(intervalle VARCHAR, debut DATE, n DOUBLE, alignement VARCHAR := 'B') AS
CASE lower(left(alignement, 1))
    WHEN 'b' THEN sas.intbegin_v1(intervalle, debut, n)
    WHEN 'e' THEN sas.intbegin_v1(intervalle, debut, trunc(n) + 1) - 1
    WHEN 'm' THEN sas.intbegin_v1(intervalle, debut, n)
        + CAST((sas.intbegin_v1(intervalle, debut, trunc(n) + 1) - 1 - sas.intbegin_v1(intervalle, debut, n)) // 2 AS INTEGER)
    WHEN 's' THEN CASE
        WHEN NOT (abs(n) <= 100000 AND debut BETWEEN DATE '1582-01-01' AND DATE '19900-12-31') THEN NULL
        WHEN lower(intervalle) IN ('day', 'week')
            THEN debut + CAST(trunc(n) AS INTEGER) * CASE lower(intervalle) WHEN 'day' THEN 1 ELSE 7 END
        ELSE CAST(debut + to_months(CAST(sas.intmonths_v1(intervalle) * trunc(n) AS INTEGER)) AS DATE)
    END
END
