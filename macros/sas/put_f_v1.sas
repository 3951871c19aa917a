/* A number as text: what sas.put_f_v1(x, largeur, decimales) computes. */
%macro put_f_v1(x, largeur, decimales);
  put(&x., &largeur..&decimales.)
%mend put_f_v1;
