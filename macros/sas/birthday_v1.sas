/* What sas.birthday_v1(naissance) computes. */
%macro birthday_v1(naissance, y);
  &y. = &naissance. - (month(&naissance.) = 2 and day(&naissance.) = 29);
  format &y. yymmdd10.;
%mend birthday_v1;
