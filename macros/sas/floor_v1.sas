/* What sas.floor_v1(x) computes. */
%macro floor_v1(x, y);
  &y. = floor(&x.);
%mend floor_v1;
