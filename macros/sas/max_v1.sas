/* What sas.max_v1([a, b, c]) computes, for an array of variables. */
%macro max_v1(liste, y);
  &y. = max(of &liste.{*});
%mend max_v1;
