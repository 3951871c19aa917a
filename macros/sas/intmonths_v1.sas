/* What sas.intmonths_v1(intervalle) computes. */
%macro intmonths_v1(intervalle, y);
  select (lowcase(&intervalle.));
    when ('month') &y. = 1;
    when ('qtr') &y. = 3;
    when ('semiyear') &y. = 6;
    when ('year') &y. = 12;
    otherwise &y. = .;
  end;
%mend intmonths_v1;
