/* What sas.translate_v1(x, vers, de) computes. */
%macro translate_v1(x, vers, de, y);
  &y. = translate(&x., &vers., &de.);
%mend translate_v1;
