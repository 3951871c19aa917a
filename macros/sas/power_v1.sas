/* What sas.power_v1(x, y) computes. */
%macro power_v1(x, y, r);
  &r. = &x. ** &y.;
%mend power_v1;
