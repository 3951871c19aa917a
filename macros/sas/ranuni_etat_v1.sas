/* The seed after n numbers of a stream: what sas.ranuni_etat_v1(graine, n)
   computes. CALL RANUNI leaves it in its first argument. */
%macro ranuni_etat_v1(graine, n, etat);
  &etat. = &graine.;
  do _i = 1 to &n.;
    call ranuni(&etat., _x);
  end;
  drop _i _x;
%mend ranuni_etat_v1;
