/* A date in a text: what sas.input_date_v1(x, ordre) computes, the informat
   chosen by the order: yymmdd10., ddmmyy10. or mmddyy10. */
%macro input_date_v1(x, informat);
  input(&x., &informat.)
%mend input_date_v1;
