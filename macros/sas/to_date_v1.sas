/* A SAS date value is what sas.to_date_v1(x) makes a DATE of. */
%macro to_date_v1(x, y);
  &y. = int(&x.);
  format &y. yymmdd10.;
%mend to_date_v1;
