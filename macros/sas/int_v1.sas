/* What sas.int_v1(x) computes. */
%macro int_v1(x, y);
  &y. = int(&x.);
%mend int_v1;
