/* What sas.datepart_v1(x) computes. */
%macro datepart_v1(x, y);
  &y. = datepart(&x.);
  format &y. yymmdd10.;
%mend datepart_v1;
