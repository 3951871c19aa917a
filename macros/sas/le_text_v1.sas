/* What sas.le_text_v1(a, b) computes: 1 for true, 0 for false. */
%macro le_text_v1(a, b, y);
  &y. = (&a. <= &b.);
%mend le_text_v1;
