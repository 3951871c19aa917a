/* What sas.whichn_v1(x, [a, b, c]) computes, for an array of variables. */
%macro whichn_v1(x, liste, y);
  &y. = whichn(&x., of &liste.{*});
%mend whichn_v1;
