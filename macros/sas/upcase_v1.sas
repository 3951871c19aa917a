/* What sas.upcase_v1(x) computes. */
%macro upcase_v1(x, y);
  &y. = upcase(&x.);
%mend upcase_v1;
