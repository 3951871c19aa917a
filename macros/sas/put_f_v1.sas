/* What sas.put_f_v1(x, largeur, decimales) computes. */
%macro put_f_v1(x, largeur, decimales, y);
  &y. = put(&x., &largeur..&decimales.);
%mend put_f_v1;
