/* What sas.mod_v1(x, y) computes. */
%macro mod_v1(x, y, r);
  &r. = mod(&x., &y.);
%mend mod_v1;
