/* What sas.input_date_v1(x, ordre) computes. */
%macro input_date_v1(x, ordre, y);
  select (&ordre.);
    when ('YMD') &y. = input(&x., yymmdd10.);
    when ('DMY') &y. = input(&x., ddmmyy10.);
    when ('MDY') &y. = input(&x., mmddyy10.);
    when ('DATE') &y. = input(&x., date11.);
    otherwise &y. = .;
  end;
%mend input_date_v1;
