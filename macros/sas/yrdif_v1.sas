/* What sas.yrdif_v1(debut, fin, base) computes. */
%macro yrdif_v1(debut, fin, base, y);
  &y. = yrdif(&debut., &fin., &base.);
%mend yrdif_v1;
