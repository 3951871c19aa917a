-- The order of rows counts below: it is the one in which they are stored.
CREATE VIEW population_rows AS
SELECT *, row_number() OVER () AS _row
FROM population;

-- What does not come through is told, in its place.
-- lines 2-5: data a
-- NOT TRANSLATED, line 2 (its step has a statement that is not translated): data a;
-- NOT TRANSLATED, line 3 (its step has a statement that is not translated): set eps.population;
-- NOT TRANSLATED, line 4 (the function whatever is not understood): x = whatever(pp0015);
-- NOT TRANSLATED, line 5: run;

-- line 6: data b
-- NOT TRANSLATED, line 6 (its step has a statement that is not translated): data b;
-- NOT TRANSLATED, line 6 (its step has a statement that is not translated): set eps.population;
-- NOT TRANSLATED, line 6 (how often the loop turns depends on the data): do while (pp0015 > 0);
-- NOT TRANSLATED, line 6 (its step has a statement that is not translated): pp0015 = pp0015 - 1;
-- NOT TRANSLATED, line 6 (its step has a statement that is not translated): end;
-- NOT TRANSLATED, line 6: run;

-- line 7: proc iml
-- NOT TRANSLATED, line 7 (PROC IML is not understood): proc iml;
-- NOT TRANSLATED, line 7: quit;

-- line 8: data c
-- NOT TRANSLATED, line 8 (its step has a statement that is not translated): data c;
-- NOT TRANSLATED, line 8 (it reads a, which the step that is not translated at line 2 makes): update eps.population a;
-- NOT TRANSLATED, line 8 (its step has a statement that is not translated): by pp0010;
-- NOT TRANSLATED, line 8: run;

-- line 9: proc transpose data=eps.population out=t
--   line 9: how many columns there are depends on the data: the script makes a table of this step in DuckDB; the guard needs a program that names them
CREATE TABLE t AS
WITH placed AS (
  SELECT *, row_number() OVER (PARTITION BY pp0010 ORDER BY _row) AS _place
  FROM population_rows
)
PIVOT (
  SELECT pp0010, 'pp0015' AS _name_, 'col' || _place AS _id, pp0015 AS _value
  FROM placed
) ON _id USING max(_value) GROUP BY pp0010, _name_;

-- %nowhere(1)
-- line 11: data later
-- NOT TRANSLATED, line 11 (its step has a statement that is not translated): data later;
-- NOT TRANSLATED, line 11 (it reads c, which the step that is not translated at line 8 makes): set c;
-- NOT TRANSLATED, line 11: run;

-- line 12: data d
--   line 12: the columns of unknown.table are not known: say what they are in the mapping file; only the variables that the program names are there: the columns of unknown_table are not known
--   line 12: the day of the run is that of the SQL, not that of the SAS program
CREATE VIEW d AS
SELECT old + 1 AS y, current_date AS today, old
FROM unknown_table;

-- line 13: proc means data=eps.population noprint nway
--   percentiles as SAS defines them; the guard answers quantile_cont(x, p) alone, which lies between two values by distance
CREATE VIEW m AS
SELECT pp0020,
  1 AS _type_,
  count(*) AS _freq_,
  (quantile_disc(pp0015, 0.25) - quantile_disc(-pp0015, 0.75)) / 2 AS q
FROM population_rows
WHERE pp0020 IS NOT NULL
GROUP BY pp0020
ORDER BY pp0020 NULLS FIRST;

-- line 14: data e
CREATE VIEW e AS
WITH computed AS (
  SELECT *,
    max(pp0015) OVER (ORDER BY _row ROWS UNBOUNDED PRECEDING) AS plus_haut
  FROM population_rows
)
SELECT pp0010, pp0015, pp0020, pp0025, pp0050, plus_haut
FROM computed;

-- line 15: create table f as select pp0010, monotonic() as n from eps.population
CREATE VIEW f AS
SELECT pp0010, row_number() OVER (ORDER BY _row) AS n
FROM population_rows AS population;

-- line 15: alter table f add x num
CREATE VIEW f_2 AS
SELECT pp0010, n, CAST(NULL AS DOUBLE) AS x
FROM f;

-- NOT TRANSLATED, line 10: there is no macro nowhere: include the file that defines it
--   %nowhere(1)
SELECT * FROM f_2;

-- line 2, untranslated: its step has a statement that is not translated
--   data a
-- line 3, untranslated: its step has a statement that is not translated
--   set eps.population
-- line 4, untranslated: the function whatever is not understood
--   x = whatever(pp0015)
-- line 6, untranslated: its step has a statement that is not translated
--   data b
-- line 6, untranslated: its step has a statement that is not translated
--   set eps.population
-- line 6, untranslated: how often the loop turns depends on the data
--   do while (pp0015 > 0)
-- line 6, untranslated: its step has a statement that is not translated
--   pp0015 = pp0015 - 1
-- line 6, untranslated: its step has a statement that is not translated
--   end
-- line 7, untranslated: PROC IML is not understood
--   proc iml
-- line 8, untranslated: its step has a statement that is not translated
--   data c
-- line 8, untranslated: it reads a, which the step that is not translated at line 2 makes
--   update eps.population a
-- line 8, untranslated: its step has a statement that is not translated
--   by pp0010
-- line 9, approximated: how many columns there are depends on the data: the script makes a table of this step in DuckDB; the guard needs a program that names them
--   proc transpose data=eps.population out=t
-- line 11, untranslated: its step has a statement that is not translated
--   data later
-- line 11, untranslated: it reads c, which the step that is not translated at line 8 makes
--   set c
-- line 12, approximated: the columns of unknown.table are not known: say what they are in the mapping file; only the variables that the program names are there: the columns of unknown_table are not known
--   data d
-- line 12, approximated: the day of the run is that of the SQL, not that of the SAS program
--   today = today()
-- line 10, untranslated: there is no macro nowhere: include the file that defines it
--   %nowhere(1)
