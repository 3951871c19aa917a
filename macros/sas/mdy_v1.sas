/* What sas.mdy_v1(mois, jour, annee) computes. */
%macro mdy_v1(mois, jour, annee, y);
  &y. = mdy(&mois., &jour., &annee.);
%mend mdy_v1;
