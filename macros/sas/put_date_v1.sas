/* What sas.put_date_v1(jour, modele) computes. */
%macro put_date_v1(jour, modele, y);
  &y. = putn(&jour., &modele.);
%mend put_date_v1;
