/* What sas.sum_v1([a, b, c]) computes, for an array of variables. */
%macro sum_v1(liste, y);
  &y. = sum(of &liste.{*});
%mend sum_v1;
