/* A number as text: what sas.best_v1(x) computes. */
%macro best_v1(x);
  strip(put(&x., best12.))
%mend best_v1;
