/* What sas.length_v1(x) computes. */
%macro length_v1(x, y);
  &y. = length(&x.);
%mend length_v1;
