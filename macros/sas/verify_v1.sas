/* What sas.verify_v1(x, permis) computes. */
%macro verify_v1(x, permis, y);
  &y. = verify(&x., &permis.);
%mend verify_v1;
