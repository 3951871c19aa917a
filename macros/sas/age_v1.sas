/* What sas.age_v1(naissance, jour) computes. */
%macro age_v1(naissance, jour, y);
  &y. = yrdif(&naissance., &jour., 'AGE');
%mend age_v1;
