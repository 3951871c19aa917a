/* Patients of the sampled prescribers, step 2 a: what selection.patients_v1 computes. */
%macro patients_v1(annee, graine, seuil = 200, liste = 0.synthetique, exclusions = 0.synthetique, taux = 2009,
  arrondi = proche, qualifications = 2009, corrections = deduire, frequence = lignes, recent = delivrance,
  zone = ss00070, profession = 1);
  %echantillon_v1(&annee., &graine., seuil = &seuil., liste = &liste., taux = &taux., arrondi = &arrondi.,
    qualifications = &qualifications., corrections = &corrections., frequence = &frequence., recent = &recent.,
    zone = &zone., profession = &profession.)

  proc sql;
    create table ecartes as
      select distinct input(code, 7.) as code from ref.exclusions_pharmanet where version = "&exclusions.";
    %if &sqlobs. = 0 %then %do;
      %put ERROR: no such version of the list exclusions_pharmanet;
      %abort cancel;
    %end;

    create table par_couple as
      select ss00010, &zone. as prescripteur, sum(coalesce(ss00050, 0)) as quantite,
             min(coalesce(ss00050, 0)) as plus_petite
      from pharmanet
      where year(ss00015) = &annee. and not missing(ss00010)
        and (missing(ss00020) or input(ss00020, 7.) not in (select code from ecartes))
        and ("&corrections." = "deduire" or missing(ss00050) or ss00050 >= 0)
      group by ss00010, &zone.;

    create table patients_v1 as
      select c.ss00010, &annee. as annee, count(*) as prescripteurs, sum(c.quantite) as conditionnements
      from par_couple as c
      inner join echantillon_v1 as e on e.ss00070 = c.prescripteur and e.tire = 1
      where c.plus_petite >= 0 or c.quantite > 0
      group by c.ss00010;
  quit;
%mend patients_v1;
