/* Province of residence: what population.province_v1(ins) computes; use it in a
   data step: %province_v1(pp0025, province). A text that is not a number reads
   as missing. Missing is below every number, so it is tested first: further
   down it would pass "below 100" by luck and "below 1000" as abroad. */
%macro province_v1(ins, province);
  _ins = input(&ins., ?? 8.);
  if missing(_ins) then &province. = .;
  else if _ins > 93999 then &province. = .;
  else if _ins < 100 then &province. = .;
  else if _ins in (995, 999) then &province. = .;
  else if _ins < 1000 then &province. = 0;
  else if int(_ins / 10000) in (1, 3, 4, 5, 6, 7, 8, 9) then &province. = int(_ins / 10000) * 10000;
  else if int(_ins / 1000) = 21 then &province. = 21000;
  else if int(_ins / 1000) in (23, 24) then &province. = 20001;
  else if int(_ins / 1000) = 25 then &province. = 20002;
  else &province. = .;
  drop _ins;
%mend province_v1;
