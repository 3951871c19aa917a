/* Age class of five years: what population.classe_age_v1(annee_naissance, annee)
   computes; use it in a data step: %classe_age_v1(pp0015, 2008, classe_age).
   A missing age is below every number: without the first test it would fall
   among the youngest. */
%macro classe_age_v1(annee_naissance, annee, classe);
  length &classe. $ 5;
  _age = &annee. - &annee_naissance.;
  if missing(_age) or _age < 0 then &classe. = ' ';
  else if _age >= 90 then &classe. = '90+';
  else &classe. = cats(put(int(_age / 5) * 5, z2.), '-', put(int(_age / 5) * 5 + 4, z2.));
  drop _age;
%mend classe_age_v1;
