/* What sas.ne_v1(a, b) computes: 1 for true, 0 for false. */
%macro ne_v1(a, b, y);
  &y. = (&a. ne &b.);
%mend ne_v1;
