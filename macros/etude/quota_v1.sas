/* Share of cheap medicines against the quota: what etude.quota_v1 computes. */
%macro quota_v1(annee, liste = 0.synthetique, mesure = conditionnements, qualifications = 2009, corrections = deduire,
  frequence = lignes, recent = delivrance, zone = ss00070, profession = 1);
  /* Everybody, whatever the volume. */
  %prescripteurs_v1(&annee., seuil = -2147483647, liste = &liste., qualifications = &qualifications.,
    corrections = &corrections., frequence = &frequence., recent = &recent., zone = &zone., profession = &profession.)

  proc sql;
    create table cheap as
      select input(code, 7.) as cnk, max(bon_marche = '1') as bon_marche
      from ref.medicaments where version = "&liste." group by 1;

    create table sommes as
      select p.&zone. as prescripteur, sum(p.nombre) as total, sum(p.nombre * m.bon_marche) as bon_marche
      from (select &zone., ss00135,
                   case when "&mesure." = "lignes"
                        then case when not missing(ss00050) and ss00050 < 0 then -1 else 1 end
                        else coalesce(ss00050, 0) end as nombre
            from pharmanet
            where year(ss00015) = &annee.
              and ("&corrections." = "deduire" or missing(ss00050) or ss00050 >= 0)) as p
      inner join cheap as m on m.cnk = input(p.ss00135, 7.)
      group by p.&zone.;

    create table quota_v1 as
      select p.ss00070, &annee. as annee, p.categorie,
             case when missing(p.exclusion) then q.quota else . end as quota,
             coalesce(s.total, 0) as total, coalesce(s.bon_marche, 0) as bon_marche,
             case when calculated total > 0 then calculated bon_marche / calculated total else . end as part,
             /* Quotas have four decimals: whole numbers compare exactly. */
             case when missing(calculated quota) or calculated total <= 0 then .
                  when calculated bon_marche * 10000 >= round(calculated quota * 10000) * calculated total then 1
                  else 0 end as quota_atteint
      from prescripteurs_v1 as p
      left join sommes as s on s.prescripteur = p.ss00070
      left join (select code, max(quota) as quota from ref.qualifications
                 where version = "&qualifications." group by code) as q on q.code = p.qualification;
  quit;
%mend quota_v1;
