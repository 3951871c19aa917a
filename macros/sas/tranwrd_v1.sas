/* What sas.tranwrd_v1(x, cible, par) computes. */
%macro tranwrd_v1(x, cible, par, y);
  &y. = tranwrd(&x., &cible., &par.);
%mend tranwrd_v1;
