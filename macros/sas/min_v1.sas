/* What sas.min_v1([a, b, c]) computes, for an array of variables. */
%macro min_v1(liste, y);
  &y. = min(of &liste.{*});
%mend min_v1;
