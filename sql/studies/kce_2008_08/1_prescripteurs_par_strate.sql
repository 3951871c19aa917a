-- Prescribers that are kept, and of these drawn, by category of annex 4.
SELECT categorie, count(*) AS prescripteurs, count(*) FILTER (WHERE tire = 1) AS tires
FROM echantillon
GROUP BY categorie
ORDER BY categorie
