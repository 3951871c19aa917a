-- Patients by education of the sector in which they live.
SELECT
    enseignement,
    count(*) AS patients,
    round(100.0 * count(*) FILTER (WHERE tarif_preferentiel = 1) / count(*), 1) AS tarif_preferentiel_pct,
    round(100.0 * count(*) FILTER (WHERE flag_chomage = 1) / count(*), 1) AS chomage_pct
FROM profils
GROUP BY enseignement
ORDER BY enseignement
