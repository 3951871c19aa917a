/* DMG flag, costs and province of every patient of the year. */
%let an = 2008;
libname eps '/data/eps';

proc format;
  value classe low-<18 = 'moins de 18' 18-<65 = '18 a 64' 65-high = '65 et plus';
run;

* The list of the codes of the DMG;
%let dmg = '102771', '102793', '103574', '103596';

data soins;
  set eps.soins;
  where year(ss00015) = &an;
  est_dmg = (ss00020 in (&dmg));
  keep ss00010 ss00050 ss00160 ss00165 est_dmg;
run;

proc sort data=soins; by ss00010; run;

data couts;
  set soins;
  by ss00010;
  if first.ss00010 then do;
    ticket = 0;
    supplement = 0;
    actes = 0;
  end;
  ticket + ss00160;
  supplement + ss00165;
  if est_dmg then actes + ss00050;
  if last.ss00010;
  flag_dmg = (actes > 0);
  keep ss00010 ticket supplement flag_dmg;
run;

proc sort data=eps.population out=photo nodupkey;
  where pp0050 = &an * 100 + 12;
  by pp0010;
run;

data patients;
  length province 8;
  merge photo(in=dans_photo keep=pp0010 pp0015 pp0020 pp0025 rename=(pp0010=ss00010)) couts;
  by ss00010;
  if dans_photo;
  ins = input(pp0025, 8.);
  arr = int(ins / 1000);
  if arr in (21, 22) then province = 20000 + arr;
  else province = int(ins / 10000) * 10000;
  age = put(&an - int(pp0015 / 100), classe.);
  paye = sum(ticket, supplement, 0);
  if flag_dmg = . then flag_dmg = 0;
run;

proc freq data=patients noprint;
  tables age*flag_dmg / out=dmg_age;
run;

proc sql;
  create table par_province as
  select province, count(*) as patients, mean(flag_dmg) as part_dmg, mean(paye) / 100 as euros
  from patients
  group by province
  having patients > 10
  order by province;
quit;
