/* What sas.compbl_v1(x) computes. */
%macro compbl_v1(x, y);
  &y. = compbl(&x.);
%mend compbl_v1;
