/* What sas.countw_v1(x, separateurs) computes. */
%macro countw_v1(x, separateurs, y);
  &y. = countw(&x., &separateurs.);
%mend countw_v1;
