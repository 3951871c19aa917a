/* Number n of a stream: what sas.ranuni_v1(graine, n) computes. In a data step
   that calls RANUNI once a row, and nothing else that draws, number n is that of
   row n: rnd = ranuni(12345); is sas.ranuni_v1(12345, n) of row n. */
%macro ranuni_v1(graine, n, x);
  _seed = &graine.;
  do _i = 1 to &n.;
    call ranuni(_seed, &x.);
  end;
  drop _i _seed;
%mend ranuni_v1;
