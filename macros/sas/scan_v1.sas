/* What sas.scan_v1(x, n, separateurs) computes. */
%macro scan_v1(x, n, separateurs, y);
  &y. = scan(&x., &n., &separateurs.);
%mend scan_v1;
