/* A part of a text: what sas.substr_v1(x, place, longueur) computes. */
%macro substr_v1(x, place, longueur);
  substr(&x., &place., &longueur.)
%mend substr_v1;
