/* What sas.compress_v1(x, caracteres, modifs) computes. */
%macro compress_v1(x, caracteres, modifs, y);
  &y. = compress(&x., &caracteres., &modifs.);
%mend compress_v1;
