/* What sas.eq_v1(a, b) computes: 1 for true, 0 for false. */
%macro eq_v1(a, b, y);
  &y. = (&a. eq &b.);
%mend eq_v1;
