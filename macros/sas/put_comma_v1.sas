/* What sas.put_comma_v1(x, largeur, decimales) computes. */
%macro put_comma_v1(x, largeur, decimales, y);
  &y. = put(&x., comma&largeur..&decimales.);
%mend put_comma_v1;
