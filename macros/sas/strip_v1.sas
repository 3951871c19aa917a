/* What sas.strip_v1(x) computes. */
%macro strip_v1(x, y);
  &y. = strip(&x.);
%mend strip_v1;
