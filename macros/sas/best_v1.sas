/* What sas.best_v1(x, largeur) computes. */
%macro best_v1(x, largeur, y);
  &y. = left(put(&x., best&largeur..));
%mend best_v1;
