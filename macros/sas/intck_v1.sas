/* What sas.intck_v1(intervalle, debut, fin, methode) computes. */
%macro intck_v1(intervalle, debut, fin, methode, y);
  &y. = intck(&intervalle., &debut., &fin., &methode.);
%mend intck_v1;
