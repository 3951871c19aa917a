-- Share of cheap medicines among what sampled prescribers prescribed, by the
-- education of the sector where the patient lives.
SELECT
    enseignement,
    count(*) AS patients,
    sum(conditionnements) AS conditionnements,
    round(100.0 * sum(bon_marche) / sum(conditionnements), 1) AS bon_marche_pct
FROM profils
GROUP BY enseignement
ORDER BY enseignement
