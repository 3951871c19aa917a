/* What sas.mean_v1([a, b, c]) computes, for an array of variables. */
%macro mean_v1(liste, y);
  &y. = mean(of &liste.{*});
%mend mean_v1;
