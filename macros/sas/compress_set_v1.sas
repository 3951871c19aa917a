/* The characters that sas.compress_set_v1(caracteres, modifs) gives are those that COMPRESS takes out of all that there are. */
%macro compress_set_v1(caracteres, modifs, y);
  length &y. $256;
  &y. = compress(collate(0, 255), &caracteres., 'k' || &modifs.);
%mend compress_set_v1;
