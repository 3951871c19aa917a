/* What the patient paid for health care: what couts.patient_v1(annee) computes.
   Amounts are whole eurocents. */
%macro patient_v1(annee);
  proc sql;
    /* Health care only: in Pharmanet SS00165 decreases the reimbursement.
       Each sum ignores missing amounts by itself; sum(ss00160 + ss00165) would
       lose the rows in which one of the two is missing. */
    create table paye as
      select ss00010,
             sum(ss00160) as ticket_moderateur,
             sum(ss00165) as supplements
      from soins_sante
      where year(ss00015) = &annee. and not missing(ss00010)
      group by ss00010
      order by ss00010;

    create table personnes as
      select pp0010 as ss00010 from population
      where int(pp0050 / 100) = &annee. and not missing(pp0010)
      union
      select ss00010 from paye
      order by ss00010;
  quit;

  data patient_v1;
    merge personnes (in = present) paye;
    by ss00010;
    if present;
    annee = &annee.;
    ticket_moderateur = sum(ticket_moderateur, 0);
    supplements = sum(supplements, 0);
    total = ticket_moderateur + supplements;
    keep ss00010 annee ticket_moderateur supplements total;
  run;
%mend patient_v1;
