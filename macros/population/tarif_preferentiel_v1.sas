/* Preferential rate: what population.tarif_preferentiel_v1(ct1) computes; use it
   in a data step: %tarif_preferentiel_v1(pp0030, tarif). The comparison
   mod(_ct1, 10) = 1 alone would make a missing code a 0. */
%macro tarif_preferentiel_v1(ct1, tarif);
  &tarif. = .;
  if prxmatch('/^[0-9]{1,3}$/', strip(&ct1.)) then do;
    _ct1 = input(strip(&ct1.), 3.);
    if mod(_ct1, 10) = 1 then &tarif. = 1;
    else if mod(_ct1, 10) = 0 then &tarif. = 0;
  end;
  drop _ct1;
%mend tarif_preferentiel_v1;
