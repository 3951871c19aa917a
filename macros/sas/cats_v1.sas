/* What sas.cats_v1([a, b, c]) computes, for an array of variables. */
%macro cats_v1(liste, y);
  &y. = cats(of &liste.{*});
%mend cats_v1;
