/* What sas.intbegin_v1(intervalle, debut, n) computes. */
%macro intbegin_v1(intervalle, debut, n, y);
  &y. = intnx(&intervalle., &debut., &n.);
  format &y. yymmdd10.;
%mend intbegin_v1;
