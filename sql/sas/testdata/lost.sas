/* What does not come through is told, in its place. */
data a;
  set eps.population;
  x = whatever(pp0015);
run;
data b; set eps.population; do while (pp0015 > 0); pp0015 = pp0015 - 1; end; run;
proc iml; quit;
data c; update eps.population a; by pp0010; run;
proc transpose data=eps.population out=t; by pp0010; var pp0015; run;
%nowhere(1);
data later; set c; run;
data d; set unknown.table; y = old + 1; today = today(); run;
proc means data=eps.population noprint nway; class pp0020; var pp0015; output out=m p25=q; run;
data e; set eps.population; retain plus_haut; if pp0015 > plus_haut then plus_haut = pp0015; run;
proc sql; create table f as select pp0010, monotonic() as n from eps.population; alter table f add x num; quit;
