/* What sas.input_comma_v1(x, largeur, decimales) computes. */
%macro input_comma_v1(x, largeur, decimales, y);
  &y. = input(&x., comma&largeur..&decimales.);
%mend input_comma_v1;
