/* What sas.round_v1(x, unite) computes. */
%macro round_v1(x, unite, y);
  &y. = round(&x., &unite.);
%mend round_v1;
