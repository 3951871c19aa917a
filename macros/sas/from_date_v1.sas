/* A SAS date value is what sas.from_date_v1(jour) makes of a DATE. */
%macro from_date_v1(jour, y);
  &y. = &jour.;
  format &y. best12.;
%mend from_date_v1;
