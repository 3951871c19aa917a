/* What sas.propcase_v1(x, separateurs) computes. */
%macro propcase_v1(x, separateurs, y);
  &y. = propcase(&x., &separateurs.);
%mend propcase_v1;
