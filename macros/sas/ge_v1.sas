/* What sas.ge_v1(a, b) computes: 1 for true, 0 for false. */
%macro ge_v1(a, b, y);
  &y. = (&a. ge &b.);
%mend ge_v1;
