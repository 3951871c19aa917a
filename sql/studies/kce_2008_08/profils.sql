-- What is known of each patient of the sampled prescribers: one row each, for
-- those who are in a photo of the year. What the health care of the year before
-- does not tell is 0 in a flag and NULL in what was paid, which adds nothing to a
-- sum. The education is that of the sector: whether three persons of ten or more
-- have a degree of higher education.
SELECT
    t.ss00010,
    population.classe_age_v1(p.pp0015, $annee) AS classe_age,
    p.pp0020 AS sexe,
    population.tarif_preferentiel_v1(p.pp0030) AS tarif_preferentiel,
    d.flag_chomage,
    CASE
        WHEN s.secteur IS NULL THEN 'secteur inconnu'
        WHEN 10 * s.ens_superieur >= 3 * (s.ens_primaire + s.ens_secondaire_inferieur + s.ens_secondaire_superieur
            + s.ens_post_secondaire + s.ens_superieur) THEN 'supérieur 30 % ou plus'
        ELSE 'supérieur moins de 30 %'
    END AS enseignement,
    a.conditionnements,
    a.bon_marche,
    a.quota_atteint,
    coalesce(g.flag_dmg, 0) AS flag_dmg,
    coalesce(m.flag_maison_medicale, 0) AS flag_maison_medicale,
    coalesce(r.flag_maison_repos, 0) AS flag_maison_repos,
    k.total AS paye
FROM patients AS t
JOIN photo AS p ON p.pp0010 = t.ss00010
JOIN drapeaux AS d ON d.pp0010 = t.ss00010
JOIN achats AS a ON a.ss00010 = t.ss00010
LEFT JOIN dmg AS g ON g.ss00010 = t.ss00010
LEFT JOIN maison_medicale AS m ON m.ss00010 = t.ss00010
LEFT JOIN maison_repos AS r ON r.ss00010 = t.ss00010
LEFT JOIN couts AS k ON k.ss00010 = t.ss00010
LEFT JOIN secteurs AS s ON s.secteur = p.pp0055
