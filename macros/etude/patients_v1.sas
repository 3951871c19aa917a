/* Purchases of the sampled prescribers' patients: what etude.patients_v1 computes. */
%macro etude_patients_v1(annee, graine, seuil = 200, liste = 0.synthetique, exclusions = 0.synthetique, taux = 2009,
  arrondi = proche, qualifications = 2009, corrections = deduire, frequence = lignes, recent = delivrance,
  zone = ss00070, profession = 1);
  %echantillon_v1(&annee., &graine., seuil = &seuil., liste = &liste., taux = &taux., arrondi = &arrondi.,
    qualifications = &qualifications., corrections = &corrections., frequence = &frequence., recent = &recent.,
    zone = &zone., profession = &profession.)
  %quota_v1(&annee., liste = &liste., qualifications = &qualifications., corrections = &corrections.,
    frequence = &frequence., recent = &recent., zone = &zone., profession = &profession.)

  proc sql;
    create table ecartes as
      select distinct input(code, 7.) as code from ref.exclusions_pharmanet where version = "&exclusions.";
    %if &sqlobs. = 0 %then %do;
      %put ERROR: no such version of the list exclusions_pharmanet;
      %abort cancel;
    %end;
    create table cheap as
      select input(code, 7.) as cnk, max(bon_marche = '1') as bon_marche
      from ref.medicaments where version = "&liste." group by 1;

    create table par_couple as
      select p.ss00010, p.&zone. as prescripteur, sum(coalesce(p.ss00050, 0)) as quantite,
             min(coalesce(p.ss00050, 0)) as plus_petite,
             sum(case when m.cnk is not missing then coalesce(p.ss00050, 0) else 0 end) as liste,
             sum(case when m.bon_marche = 1 then coalesce(p.ss00050, 0) else 0 end) as cheap
      from pharmanet as p left join cheap as m on m.cnk = input(p.ss00135, 7.)
      where year(p.ss00015) = &annee. and not missing(p.ss00010)
        and (missing(p.ss00020) or input(p.ss00020, 7.) not in (select code from ecartes))
        and ("&corrections." = "deduire" or missing(p.ss00050) or p.ss00050 >= 0)
      group by p.ss00010, p.&zone.;

    create table retenus as
      select c.*, n.id
      from par_couple as c
      inner join echantillon_v1 as e on e.ss00070 = c.prescripteur and e.tire = 1
      inner join ids_provider as n on n.num = c.prescripteur
      where c.plus_petite >= 0 or c.quantite > 0
      order by c.ss00010, c.quantite desc, n.id;

    create table sommes_patient as
      select ss00010, sum(liste) as conditionnements, sum(cheap) as bon_marche
      from retenus group by ss00010 order by ss00010;
  quit;

  /* The main prescriber comes first. */
  data principal;
    set retenus (keep = ss00010 prescripteur);
    by ss00010;
    if first.ss00010;
  run;

  proc sql;
    create table etude_patients_v1 as
      select s.ss00010, &annee. as annee, p.prescripteur as ss00070, s.conditionnements, s.bon_marche, q.quota_atteint
      from sommes_patient as s
      inner join principal as p on p.ss00010 = s.ss00010
      left join quota_v1 as q on q.ss00070 = p.prescripteur;
  quit;
%mend etude_patients_v1;
