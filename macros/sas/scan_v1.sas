/* A word: what sas.scan_v1(x, n, separateurs) computes. */
%macro scan_v1(x, n, separateurs);
  scan(&x., &n., &separateurs.)
%mend scan_v1;
