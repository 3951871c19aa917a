/* One row per person: what population.photo_v1(annee) computes. */
%macro photo_v1(annee);
  /* December before June, then the lower insurer number, then the other zones.
     Missing sorts below every number and a blank below every text. */
  proc sort data = population (drop = pp0005)
            out = photos;
    where int(pp0050 / 100) = &annee. and not missing(pp0010);
    by pp0010 descending pp0050 pp0004 pp0015 pp0020 pp0025 pp0030 pp0035
       pp0040 pp0045 pp0055 pp1001 pp1002 pp1003 pp1004 pp1005 pp1006 pp1007
       pp1008 pp1009 pp2001 pp2002 pp2003 pp2004 pp2005 pp2006 pp2007 pp2008
       pp2009 pp2010 pp2011 pp3001 pp3002 pp3003 pp3004 pp3005 pp3006 pp3007
       pp3008 pp3009 pp3010 pp3011 pp3012 pp3013 pp4001 pp4002 pp4003;
  run;

  /* The first row of each person, in the order above. */
  data photo_v1;
    set photos;
    by pp0010;
    if first.pp0010;
    annee = &annee.;
    drop pp0004;
  run;
%mend photo_v1;
