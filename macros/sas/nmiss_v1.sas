/* What sas.nmiss_v1([a, b, c]) computes, for an array of variables. */
%macro nmiss_v1(liste, y);
  &y. = nmiss(of &liste.{*});
%mend nmiss_v1;
