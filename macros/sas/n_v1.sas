/* What sas.n_v1([a, b, c]) computes, for an array of variables. */
%macro n_v1(liste, y);
  &y. = n(of &liste.{*});
%mend n_v1;
