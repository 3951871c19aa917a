-- Prescribers of the year by why they are dropped, and their packages.
SELECT coalesce(exclusion, 'retenu') AS exclusion, count(*) AS prescripteurs, sum(conditionnements) AS conditionnements
FROM prescripteurs
GROUP BY 1
ORDER BY 1
