/* What sas.catx_v1(separateur, [a, b, c]) computes, for an array of variables. */
%macro catx_v1(separateur, liste, y);
  &y. = catx(&separateur., of &liste.{*});
%mend catx_v1;
