/* What sas.substr_v1(x, place, longueur) computes. */
%macro substr_v1(x, place, longueur, y);
  &y. = substr(&x., &place., &longueur.);
%mend substr_v1;
