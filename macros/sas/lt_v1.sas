/* What sas.lt_v1(a, b) computes: 1 for true, 0 for false. */
%macro lt_v1(a, b, y);
  &y. = (&a. lt &b.);
%mend lt_v1;
