-- What does not come through is told, in its place.
-- lines 2-5: data a
-- NOT TRANSLATED, line 2 (its step has a statement that is not translated): data a;
-- NOT TRANSLATED, line 3 (its step has a statement that is not translated): set eps.population;
-- NOT TRANSLATED, line 4 (the function whatever is not understood): x = whatever(pp0015);
-- NOT TRANSLATED, line 5: run;

-- line 6: data b
-- NOT TRANSLATED, line 6 (its step has a statement that is not translated): data b;
-- NOT TRANSLATED, line 6 (its step has a statement that is not translated): set eps.population;
-- NOT TRANSLATED, line 6 (do while is not understood): do while (pp0015 > 0);
-- NOT TRANSLATED, line 6 (it stands in a loop that is not understood): pp0015 = pp0015 - 1;
-- NOT TRANSLATED, line 6 (it stands in a loop that is not understood): end;
-- NOT TRANSLATED, line 6: run;

-- line 7: proc iml
-- NOT TRANSLATED, line 7 (PROC IML is not understood): proc iml;
-- NOT TRANSLATED, line 7: quit;

-- line 8: data c
-- NOT TRANSLATED, line 8 (its step has a statement that is not translated): data c;
-- NOT TRANSLATED, line 8 (the statement update is not understood): update eps.population a;
-- NOT TRANSLATED, line 8 (its step has a statement that is not translated): by pp0010;
-- NOT TRANSLATED, line 8: run;

-- line 9: proc transpose data=eps.population out=t
-- NOT TRANSLATED, line 9 (it reads eps.population, which the step that is not translated at line 8 makes): proc transpose data=eps.population out=t;
-- NOT TRANSLATED, line 9 (it reads eps.population, which the step that is not translated at line 8 makes): by pp0010;
-- NOT TRANSLATED, line 9 (it reads eps.population, which the step that is not translated at line 8 makes): var pp0015;
-- NOT TRANSLATED, line 9: run;

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
-- NOT TRANSLATED, line 13 (it reads eps.population, which the step that is not translated at line 8 makes): proc means data=eps.population noprint nway;
-- NOT TRANSLATED, line 13 (it reads eps.population, which the step that is not translated at line 8 makes): class pp0020;
-- NOT TRANSLATED, line 13 (it reads eps.population, which the step that is not translated at line 8 makes): var pp0015;
-- NOT TRANSLATED, line 13 (it reads eps.population, which the step that is not translated at line 8 makes): output out=m p25=q;
-- NOT TRANSLATED, line 13: run;

-- line 14: data e
-- NOT TRANSLATED, line 14 (its step has a statement that is not translated): data e;
-- NOT TRANSLATED, line 14 (it reads eps.population, which the step that is not translated at line 8 makes): set eps.population;
-- NOT TRANSLATED, line 14 (its step has a statement that is not translated): retain plus_haut;
-- NOT TRANSLATED, line 14 (its step has a statement that is not translated): if pp0015 > plus_haut then plus_haut = pp0015;
-- NOT TRANSLATED, line 14: run;

-- line 15: create table f as select pp0010, monotonic() as n from eps.population
-- NOT TRANSLATED, line 15 (it reads eps.population, which the step that is not translated at line 8 makes): create table f as select pp0010, monotonic() as n from eps.population;

-- line 15: alter table f add x num
-- NOT TRANSLATED, line 15 (the statement alter is not understood in PROC SQL): alter table f add x num;

-- NOT TRANSLATED, line 10: there is no macro nowhere: include the file that defines it
--   %nowhere(1)

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
-- line 6, untranslated: do while is not understood
--   do while (pp0015 > 0)
-- line 6, untranslated: it stands in a loop that is not understood
--   pp0015 = pp0015 - 1
-- line 6, untranslated: it stands in a loop that is not understood
--   end
-- line 7, untranslated: PROC IML is not understood
--   proc iml
-- line 8, untranslated: its step has a statement that is not translated
--   data c
-- line 8, untranslated: the statement update is not understood
--   update eps.population a
-- line 8, untranslated: its step has a statement that is not translated
--   by pp0010
-- line 9, untranslated: it reads eps.population, which the step that is not translated at line 8 makes
--   proc transpose data=eps.population out=t
-- line 9, untranslated: it reads eps.population, which the step that is not translated at line 8 makes
--   by pp0010
-- line 9, untranslated: it reads eps.population, which the step that is not translated at line 8 makes
--   var pp0015
-- line 11, untranslated: its step has a statement that is not translated
--   data later
-- line 11, untranslated: it reads c, which the step that is not translated at line 8 makes
--   set c
-- line 12, approximated: the columns of unknown.table are not known: say what they are in the mapping file; only the variables that the program names are there: the columns of unknown_table are not known
--   data d
-- line 12, approximated: the day of the run is that of the SQL, not that of the SAS program
--   today = today()
-- line 13, untranslated: it reads eps.population, which the step that is not translated at line 8 makes
--   proc means data=eps.population noprint nway
-- line 13, untranslated: it reads eps.population, which the step that is not translated at line 8 makes
--   class pp0020
-- line 13, untranslated: it reads eps.population, which the step that is not translated at line 8 makes
--   var pp0015
-- line 13, untranslated: it reads eps.population, which the step that is not translated at line 8 makes
--   output out=m p25=q
-- line 14, untranslated: its step has a statement that is not translated
--   data e
-- line 14, untranslated: it reads eps.population, which the step that is not translated at line 8 makes
--   set eps.population
-- line 14, untranslated: its step has a statement that is not translated
--   retain plus_haut
-- line 14, untranslated: its step has a statement that is not translated
--   if pp0015 > plus_haut then plus_haut = pp0015
-- line 15, untranslated: it reads eps.population, which the step that is not translated at line 8 makes
--   create table f as select pp0010, monotonic() as n from eps.population
-- line 15, untranslated: the statement alter is not understood in PROC SQL
--   alter table f add x num
-- line 10, untranslated: there is no macro nowhere: include the file that defines it
--   %nowhere(1)
