/* What sas.round1_v1(x) computes. */
%macro round1_v1(x, y);
  &y. = round(&x.);
%mend round1_v1;
