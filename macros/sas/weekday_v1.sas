/* What sas.weekday_v1(jour) computes. */
%macro weekday_v1(jour, y);
  &y. = weekday(&jour.);
%mend weekday_v1;
