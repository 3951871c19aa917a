/* What sas.lt_text_v1(a, b) computes: 1 for true, 0 for false. */
%macro lt_text_v1(a, b, y);
  &y. = (&a. < &b.);
%mend lt_text_v1;
