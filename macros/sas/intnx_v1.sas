/* What sas.intnx_v1(intervalle, debut, n, alignement) computes. */
%macro intnx_v1(intervalle, debut, n, alignement, y);
  &y. = intnx(&intervalle., &debut., &n., &alignement.);
  format &y. yymmdd10.;
%mend intnx_v1;
