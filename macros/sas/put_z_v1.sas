/* What sas.put_z_v1(x, largeur, decimales) computes. */
%macro put_z_v1(x, largeur, decimales, y);
  &y. = put(&x., z&largeur..&decimales.);
%mend put_z_v1;
