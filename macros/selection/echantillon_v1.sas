/* Stratified sample of prescribers, step 1 e: what selection.echantillon_v1 computes. */
%macro echantillon_v1(annee, graine, seuil = 200, liste = 0.synthetique, taux = 2009, arrondi = proche,
  qualifications = 2009, corrections = deduire, frequence = lignes, recent = delivrance, zone = ss00070, profession = 1);
  %prescripteurs_v1(&annee., seuil = &seuil., liste = &liste., qualifications = &qualifications.,
    corrections = &corrections., frequence = &frequence., recent = &recent., zone = &zone., profession = &profession.)

  proc sql;
    create table rates as
      select code as categorie, max(part) as part from ref.taux_echantillon where version = "&taux." group by code;
    %if &sqlobs. = 0 %then %do;
      %put ERROR: no such version of the list taux_echantillon;
      %abort cancel;
    %end;
    /* The order of the draw: the hash of the seed and the delivered number. */
    create table strates as
      select p.ss00070, p.categorie, r.part, n.id, n.empreinte as cle, s.effectif
      from (select ss00070, categorie from prescripteurs_v1 where missing(exclusion)) as p
      inner join (select num, id, lowcase(put(sha256(catx(':', "&graine.", id)), $hex64.)) as empreinte
                  from ids_provider) as n on n.num = p.ss00070
      inner join (select categorie, count(*) as effectif from prescripteurs_v1
                  where missing(exclusion) group by categorie) as s on s.categorie = p.categorie
      left join rates as r on r.categorie = p.categorie
      order by p.categorie, cle, n.id;
  quit;

  data echantillon_v1;
    set strates;
    by categorie;
    if missing(part) then do;
      put 'ERROR: a category has no sampling rate';
      abort cancel;
    end;
    if first.categorie then rang = 0;
    rang + 1;
    /* Binary fractions are rounded to the fourth decimal first: 0.1 * 5 is a half. */
    exact = round(effectif * part, 0.0001);
    select ("&arrondi.");
      when ('haut') taille = ceil(exact);
      when ('bas') taille = floor(exact);
      otherwise taille = floor(exact + 0.5);
    end;
    annee = &annee.;
    tire = (rang <= taille);
    if tire then poids = effectif / taille;
    else poids = .;
    keep ss00070 annee categorie tire poids;
  run;
%mend echantillon_v1;
