/* What sas.eq_text_v1(a, b) computes: 1 for true, 0 for false. */
%macro eq_text_v1(a, b, y);
  &y. = (&a. = &b.);
%mend eq_text_v1;
