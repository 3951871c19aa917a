/* Flags of annex 5: what population.drapeaux_v1 computes. */
%macro drapeaux_v1(annee, situations = toutes);
  %photo_v1(&annee.)
  %chomage_enfant_v1(&annee.)

  proc sort data = photo_v1; by pp0010; run;
  proc sort data = chomage_enfant_v1; by pp0010; run;

  data drapeaux_v1;
    merge photo_v1 (keep = pp0010 pp1003 pp1009) chomage_enfant_v1 (keep = pp0010 flag_chomage);
    by pp0010;
    annee = &annee.;
    length vu 8;
    flag_situation = 0;
    /* Blank and zero are no code; others compare without leading zeros. */
    if input(pp1003, ?? 2.) > 0 then do;
      if "&situations." = "toutes" then flag_situation = 1;
      else do vu = 1 to countw("&situations.", ',');
        if input(scan("&situations.", vu, ','), 2.) = input(pp1003, 2.) then flag_situation = 1;
      end;
    end;
    flag_handicap = (not missing(pp1009) and strip(pp1009) ne '0');
    keep pp0010 annee flag_situation flag_chomage flag_handicap;
  run;
%mend drapeaux_v1;
