/* Prescribers of a year, step 1 a to d: what selection.prescripteurs_v1 computes. */
%macro prescripteurs_v1(annee, seuil = 200, liste = 0.synthetique, qualifications = 2009,
  corrections = deduire, frequence = lignes, recent = delivrance, zone = ss00070, profession = 1);
  %local jour;
  %if &recent. = prescription %then %let jour = ss00155;
  %else %let jour = ss00015;

  proc sql;
    /* Product numbers as numbers, so that a leading zero makes no difference. */
    create table medicaments as
      select distinct input(code, 7.) as cnk from ref.medicaments where version = "&liste.";
    %if &sqlobs. = 0 %then %do;
      %put ERROR: no such version of the list medicaments;
      %abort cancel;
    %end;
    create table codes as
      select code, max(categorie) as categorie from ref.qualifications
      where version = "&qualifications." group by code;
    %if &sqlobs. = 0 %then %do;
      %put ERROR: no such version of the list qualifications;
      %abort cancel;
    %end;

    /* A negative quantity deducts its packages and one row, or is left out. A
       missing quantity is below zero in SAS: it is tested first. */
    create table lignes as
      select p.&zone. as prescripteur, p.&zone._qual as code, p.&jour. as jour,
             case when not missing(p.ss00050) and p.ss00050 < 0 then -1 else 1 end as ligne,
             coalesce(p.ss00050, 0) as quantite,
             case when m.cnk is not missing then coalesce(p.ss00050, 0) else 0 end as retenue
      from pharmanet as p left join medicaments as m on m.cnk = input(p.ss00135, 7.)
      where year(p.ss00015) = &annee. and not missing(p.&zone.)
        and ("&corrections." = "deduire" or missing(p.ss00050) or p.ss00050 >= 0);

    create table par_code as
      select prescripteur, code, missing(code) as sans_code, count(*) as presence, sum(retenue) as retenue,
             sum(case when "&frequence." = "conditionnements" then quantite else ligne end) as poids,
             max(jour) as jour
      from lignes group by prescripteur, code;

    create table totaux as
      select prescripteur, sum(presence) as lignes, sum(retenue) as conditionnements
      from par_code group by prescripteur order by prescripteur;
  quit;

  /* The most frequent code, then the most recent, then the lower one. */
  proc sort data = par_code;
    by prescripteur sans_code descending poids descending jour code;
  run;
  data choix;
    set par_code (keep = prescripteur sans_code poids jour code);
    by prescripteur;
    if first.prescripteur;
    keep prescripteur code;
  run;

  proc sql;
    create table prescripteurs_v1 as
      select t.prescripteur as ss00070, &annee. as annee, c.code as qualification, q.categorie,
             t.lignes, t.conditionnements,
             case when t.conditionnements < &seuil. then 'volume'
                  when length(n.id) ne 8 or substr(n.id, 1, 1) ne "&profession." then 'profession'
                  when missing(q.categorie) then 'qualification'
                  else '' end as exclusion
      from totaux as t
      inner join choix as c on c.prescripteur = t.prescripteur
      left join ids_provider as n on n.num = t.prescripteur
      left join codes as q on q.code = c.code;
  quit;
%mend prescripteurs_v1;
