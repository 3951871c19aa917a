-- Flags of the year of health care and what was paid, by rate.
SELECT
    CASE tarif_preferentiel WHEN 1 THEN 'tarif préférentiel' WHEN 0 THEN 'tarif ordinaire' ELSE 'inconnu' END AS tarif,
    count(*) AS patients,
    round(100.0 * sum(bon_marche) / sum(conditionnements), 1) AS bon_marche_pct,
    round(100.0 * count(*) FILTER (WHERE flag_dmg = 1) / count(*), 1) AS dmg_pct,
    round(100.0 * count(*) FILTER (WHERE flag_maison_medicale = 1) / count(*), 1) AS maison_medicale_pct,
    round(100.0 * count(*) FILTER (WHERE flag_maison_repos = 1) / count(*), 1) AS maison_repos_pct,
    round(sum(paye) / 100 / count(*), 2) AS cout_moyen_eur
FROM profils
GROUP BY 1
ORDER BY 1
