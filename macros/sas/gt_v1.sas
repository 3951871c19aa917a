/* What sas.gt_v1(a, b) computes: 1 for true, 0 for false. */
%macro gt_v1(a, b, y);
  &y. = (&a. gt &b.);
%mend gt_v1;
