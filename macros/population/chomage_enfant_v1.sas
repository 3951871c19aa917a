/* Unemployment: what population.chomage_enfant_v1(annee) computes. */
%macro chomage_enfant_v1(annee);
  %photo_v1(&annee.);

  /* Whose code counts: the holder's for a child, otherwise one's own. */
  data personnes;
    set photo_v1;
    enfant = (pp1002 = '3');
    if enfant then reference = pp0045;
    else reference = pp0010;
    keep pp0010 enfant reference;
  run;
  proc sort data = personnes;
    by reference;
  run;

  data titulaires;
    set photo_v1 (rename = (pp0010 = reference));
    keep reference pp1004;
  run;
  proc sort data = titulaires;
    by reference;
  run;

  /* A holder who is in no photo leaves the flag missing, not 0. A missing
     reference must find nobody: no person has a missing number. */
  data chomage_enfant_v1;
    merge personnes (in = present) titulaires (in = connu);
    by reference;
    if present;
    annee = &annee.;
    if not connu then flag_chomage = .;
    else flag_chomage = (compress(pp1004, '0 ') ne ' ');
    keep pp0010 annee enfant flag_chomage;
  run;
%mend chomage_enfant_v1;
