/* What sas.input_f_v1(x, largeur, decimales) computes. */
%macro input_f_v1(x, largeur, decimales, y);
  &y. = input(&x., &largeur..&decimales.);
%mend input_f_v1;
