/* A number of words: what sas.countw_v1(x, separateurs) computes. */
%macro countw_v1(x, separateurs);
  countw(&x., &separateurs.)
%mend countw_v1;
