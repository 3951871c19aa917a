-- @question Size of the MAF households
-- @refused rows of a household are rows of several persons
SELECT taille, count(*) AS menages
FROM (
    SELECT pp3009, least(count(*), 7) AS taille
    FROM population
    WHERE pp0050 = 200812
    GROUP BY pp3009
)
GROUP BY taille
ORDER BY taille;
-- @rewrite
SELECT pp3008 AS type_menage, count(*) AS personnes, count(DISTINCT pp3009) AS menages, round(1.0 * count(*) / count(DISTINCT pp3009), 2) AS taille_moyenne
FROM population
WHERE pp0050 = 200812
GROUP BY pp3008
ORDER BY pp3008;

-- @question Patient costs per household against the lowest MAF ceiling
-- @refused rows of a household are rows of several persons
WITH menages AS (
    SELECT p.pp3009, sum(c.total) AS total
    FROM population.photo_v1(2008) AS p
    JOIN couts.patient_v1(2008) AS c ON c.ss00010 = p.pp0010
    GROUP BY p.pp3009
)
SELECT count(*) AS menages, count_if(total > 45000) AS au_dela_de_450_eur, round(avg(total) / 100, 2) AS moyenne_eur
FROM menages;
-- @rewrite
SELECT count(DISTINCT p.pp3009) AS menages, round(sum(c.total) / 100.0 / count(DISTINCT p.pp3009), 2) AS eur_par_menage
FROM population.photo_v1(2008) AS p
JOIN couts.patient_v1(2008) AS c ON c.ss00010 = p.pp0010;

-- @question Children whose holder receives unemployment benefits
SELECT flag_chomage, count(*) AS enfants
FROM population.chomage_enfant_v1(2008)
WHERE enfant = 1
GROUP BY flag_chomage
ORDER BY flag_chomage;

-- @question Children by the holder's unemployment, written without the macro
SELECT t.pp1004 AS chomage_du_titulaire, count(*) AS enfants
FROM population AS e
JOIN population AS t ON t.pp0010 = e.pp0045 AND t.pp0050 = e.pp0050
WHERE e.pp0050 = 200812 AND e.pp1002 = '3'
GROUP BY 1
ORDER BY 1;

-- @question Unemployment of the parent and visits of the child to the dentist
SELECT c.flag_chomage, count(*) AS enfants, count(d.ss00010) AS chez_le_dentiste
FROM population.chomage_enfant_v1(2008) AS c
LEFT JOIN (
    SELECT DISTINCT ss00010 FROM soins_sante WHERE ss00035 = '031' AND year(ss00015) = 2008
) AS d ON d.ss00010 = c.pp0010
WHERE c.enfant = 1
GROUP BY c.flag_chomage
ORDER BY c.flag_chomage;

-- @question Number of dependants per holder
-- @refused rows of a holder are rows of several persons
WITH charges AS (
    SELECT pp0045, count(*) - 1 AS a_charge
    FROM population
    WHERE pp0050 = 200812
    GROUP BY pp0045
)
SELECT least(a_charge, 5) AS personnes_a_charge, count(*) AS titulaires
FROM charges
GROUP BY 1
ORDER BY 1;
-- @rewrite
SELECT count(DISTINCT pp0045) AS titulaires, count(*) FILTER (WHERE pp1002 = '1') AS eux_memes, count(*) AS personnes, round(1.0 * count(*) / count(DISTINCT pp0045), 2) AS personnes_par_titulaire
FROM population
WHERE pp0050 = 200812;

-- @question Right to the MAF by kind of household
SELECT pp3008 AS type_menage, pp3001 AS droit, count(*) AS personnes
FROM population
WHERE pp0050 = 200812
GROUP BY ALL
ORDER BY ALL;

-- @question Households in which somebody lives in a rest home
SELECT count(DISTINCT p.pp3009) AS menages
FROM population AS p
JOIN flags.maison_repos_v1(2008) AS r ON r.ss00010 = p.pp0010
WHERE p.pp0050 = 200812 AND r.flag_maison_repos = 1;

-- @question Persons of 65 and over who live alone
-- @refused rows of a household are rows of several persons
WITH menages AS (
    SELECT pp3009, count(*) AS taille FROM population WHERE pp0050 = 200812 GROUP BY pp3009
)
SELECT p.pp0020 AS sexe, count(*) AS personnes, count_if(m.taille = 1) AS isolees
FROM population AS p
JOIN menages AS m ON m.pp3009 = p.pp3009
WHERE p.pp0050 = 200812 AND 2008 - p.pp0015 >= 65
GROUP BY sexe
ORDER BY sexe;
-- @rewrite
SELECT pp0020 AS sexe, pp3008 AS type_menage, count(*) AS personnes
FROM population
WHERE pp0050 = 200812 AND 2008 - pp0015 >= 65
GROUP BY ALL
ORDER BY ALL;

-- @question How many of the families of heads over 80 are in the sample, and how many persons do they hold?
SELECT count(DISTINCT e.pp3009) AS menages, count(*) AS personnes
FROM population AS e
JOIN population AS chef ON chef.pp0010 = e.pp3009 AND chef.pp0050 = e.pp0050
WHERE e.pp0050 = 200812 AND 2008 - chef.pp0015 > 80;

-- @question Does the DMG of the holder go with that of the child?
SELECT dt.flag_dmg AS titulaire, de.flag_dmg AS enfant, count(*) AS enfants
FROM population AS e
JOIN flags.dmg_v1(2008) AS de ON de.ss00010 = e.pp0010
JOIN flags.dmg_v1(2008) AS dt ON dt.ss00010 = e.pp0045
WHERE e.pp0050 = 200812 AND e.pp1002 = '3'
GROUP BY 1, 2
ORDER BY 1, 2;
