/* What sas.index_v1(x, extrait) computes. */
%macro index_v1(x, extrait, y);
  &y. = index(&x., &extrait.);
%mend index_v1;
