/* One row per person: what population.photo_v1(annee) computes. */
%macro photo_v1(annee);
  /* December before June, then the lower insurer number; a missing one sorts
     below every number. EQUALS keeps the order of the lines otherwise. */
  proc sort data = population (drop = pp0005)
            out = photos equals;
    where int(pp0050 / 100) = &annee. and not missing(pp0010);
    by pp0010 descending pp0050 pp0004;
  run;

  /* NODUPKEY keeps the first row of each person, in the order above. */
  proc sort data = photos (drop = pp0004) out = photo_v1 nodupkey equals;
    by pp0010;
  run;

  data photo_v1;
    set photo_v1;
    annee = &annee.;
  run;
%mend photo_v1;
