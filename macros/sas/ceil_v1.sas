/* What sas.ceil_v1(x) computes. */
%macro ceil_v1(x, y);
  &y. = ceil(&x.);
%mend ceil_v1;
