/* Rest and nursing homes: what flags.maison_repos_v1(annee, liste) computes. */
%macro maison_repos_v1(annee, liste = 0.synthetique);
  /* The codes of the version asked for; numbers, so that a leading zero makes
     no difference. No code at all stops the program. */
  proc sql;
    create table codes as
      select distinct input(code, 7.) as code
      from ref.maison_repos
      where version = "&liste.";
  quit;
  %if &sqlobs. = 0 %then %do;
    %put ERROR: no such version of the list maison_repos;
    %abort cancel;
  %end;

  /* Corrections are rows with a negative count: the sum nets them out. A sum
     ignores missing counts; it is missing when all of them are. */
  proc sql;
    create table attestations as
      select ss00010, sum(ss00050) as cas
      from soins_sante
      where year(ss00015) = &annee. and not missing(ss00010)
        and input(ss00020, 7.) in (select code from codes)
      group by ss00010
      order by ss00010;

    create table personnes as
      select pp0010 as ss00010 from population
      where int(pp0050 / 100) = &annee. and not missing(pp0010)
      union
      select ss00010 from soins_sante
      where year(ss00015) = &annee. and not missing(ss00010)
      order by ss00010;
  quit;

  data maison_repos_v1;
    merge personnes (in = present) attestations;
    by ss00010;
    if present;
    annee = &annee.;
    /* Nobody booked: cas is missing, which is below zero, so the flag is 0. */
    flag_maison_repos = (cas > 0);
    keep ss00010 annee flag_maison_repos;
  run;
%mend maison_repos_v1;
