-- What does not come through is told, in its place.
-- lines 2-5: data a
-- NOT TRANSLATED, line 2: data a;
-- NOT TRANSLATED, line 3: set eps.population;
-- NOT TRANSLATED, line 4 (the function whatever is not understood): x = whatever(pp0015);
-- NOT TRANSLATED, line 5: run;

-- line 6: data b
-- NOT TRANSLATED, line 6: data b;
-- NOT TRANSLATED, line 6: set eps.population;
-- NOT TRANSLATED, line 6 (do while is not understood): do while (pp0015 > 0);
-- NOT TRANSLATED, line 6 (it stands in a loop that is not understood): pp0015 = pp0015 - 1;
-- NOT TRANSLATED, line 6 (it stands in a loop that is not understood): end;
-- NOT TRANSLATED, line 6: run;

-- line 7: proc iml
-- NOT TRANSLATED, line 7 (PROC IML is not understood): proc iml;
-- NOT TRANSLATED, line 7: quit;

-- line 8: data c
-- NOT TRANSLATED, line 8: data c;
-- NOT TRANSLATED, line 8 (the statement update is not understood): update eps.population a;
-- NOT TRANSLATED, line 8: by pp0010;
-- NOT TRANSLATED, line 8: run;

-- line 9: proc transpose data=eps.population out=t
-- NOT TRANSLATED, line 9 (transpose makes columns of values: name them in SQL, PIVOT population ON <id> IN (<values>) USING first(<var>) GROUP BY <by>): proc transpose data=eps.population out=t;
-- NOT TRANSLATED, line 9 (transpose makes columns of values: name them in SQL, PIVOT population ON <id> IN (<values>) USING first(<var>) GROUP BY <by>): by pp0010;
-- NOT TRANSLATED, line 9 (transpose makes columns of values: name them in SQL, PIVOT population ON <id> IN (<values>) USING first(<var>) GROUP BY <by>): var pp0015;
-- NOT TRANSLATED, line 9: run;

-- %nowhere(1)
-- line 11: data d
--   line 11: the columns of unknown.table are not known: say what they are in the mapping file; only the variables that the program names are there: the columns of unknown_table are not known
--   line 11: the day of the run is that of the SQL, not that of the SAS program
CREATE VIEW d AS
SELECT old + 1 AS y, current_date AS today, old
FROM unknown_table;

-- line 12: proc means data=eps.population noprint nway
--   line 12: SAS takes the mean of two values, or one of them, for p25; here it lies between them by distance
CREATE VIEW m AS
SELECT pp0020, 1 AS _type_, count(*) AS _freq_, quantile_cont(pp0015, 0.25) AS q
FROM population
WHERE pp0020 IS NOT NULL
GROUP BY pp0020
ORDER BY pp0020 NULLS FIRST;

-- line 13: data e
-- NOT TRANSLATED, line 13 (what becomes of plus_haut depends on its own value in the row before: this cannot be written as windows): data e;
-- NOT TRANSLATED, line 13: set eps.population;
-- NOT TRANSLATED, line 13: retain plus_haut;
-- NOT TRANSLATED, line 13: if pp0015 > plus_haut then plus_haut = pp0015;
-- NOT TRANSLATED, line 13: run;

-- line 14: create table f as select pp0010, monotonic() as n from eps.population
-- NOT TRANSLATED, line 14 (monotonic() is not understood here): create table f as select pp0010, monotonic() as n from eps.population;

-- line 14: alter table f add x num
-- NOT TRANSLATED, line 14 (the statement alter is not understood in PROC SQL): alter table f add x num;

-- NOT TRANSLATED, line 10: there is no macro nowhere: include the file that defines it
--   %nowhere(1)
SELECT * FROM m;

-- line 4, untranslated: the function whatever is not understood
--   x = whatever(pp0015)
-- line 6, untranslated: do while is not understood
--   do while (pp0015 > 0)
-- line 6, untranslated: it stands in a loop that is not understood
--   pp0015 = pp0015 - 1
-- line 6, untranslated: it stands in a loop that is not understood
--   end
-- line 7, untranslated: PROC IML is not understood
--   proc iml
-- line 8, untranslated: the statement update is not understood
--   update eps.population a
-- line 9, untranslated: transpose makes columns of values: name them in SQL, PIVOT population ON <id> IN (<values>) USING first(<var>) GROUP BY <by>
--   proc transpose data=eps.population out=t
-- line 9, untranslated: transpose makes columns of values: name them in SQL, PIVOT population ON <id> IN (<values>) USING first(<var>) GROUP BY <by>
--   by pp0010
-- line 9, untranslated: transpose makes columns of values: name them in SQL, PIVOT population ON <id> IN (<values>) USING first(<var>) GROUP BY <by>
--   var pp0015
-- line 11, approximated: the columns of unknown.table are not known: say what they are in the mapping file; only the variables that the program names are there: the columns of unknown_table are not known
--   data d
-- line 11, approximated: the day of the run is that of the SQL, not that of the SAS program
--   today = today()
-- line 12, approximated: SAS takes the mean of two values, or one of them, for p25; here it lies between them by distance
--   proc means data=eps.population noprint nway
-- line 13, untranslated: what becomes of plus_haut depends on its own value in the row before: this cannot be written as windows
--   data e
-- line 14, untranslated: monotonic() is not understood here
--   create table f as select pp0010, monotonic() as n from eps.population
-- line 14, untranslated: the statement alter is not understood in PROC SQL
--   alter table f add x num
-- line 10, untranslated: there is no macro nowhere: include the file that defines it
--   %nowhere(1)
