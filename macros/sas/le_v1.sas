/* What sas.le_v1(a, b) computes: 1 for true, 0 for false. */
%macro le_v1(a, b, y);
  &y. = (&a. le &b.);
%mend le_v1;
