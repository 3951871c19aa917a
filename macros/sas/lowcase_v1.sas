/* What sas.lowcase_v1(x) computes. */
%macro lowcase_v1(x, y);
  &y. = lowcase(&x.);
%mend lowcase_v1;
