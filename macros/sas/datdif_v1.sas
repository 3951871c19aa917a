/* What sas.datdif_v1(debut, fin, base) computes. */
%macro datdif_v1(debut, fin, base, y);
  &y. = datdif(&debut., &fin., &base.);
%mend datdif_v1;
