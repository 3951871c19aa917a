-- What patients paid for health care, by whether their main prescriber reached
-- the quota. The mean is over all patients, who paid nothing too.
SELECT
    CASE quota_atteint WHEN 1 THEN 'quota atteint' WHEN 0 THEN 'quota non atteint' ELSE 'sans quota' END AS quota_atteint,
    count(*) AS patients,
    round(sum(paye) / 100 / count(*), 2) AS cout_moyen_eur
FROM profils
GROUP BY 1
ORDER BY 1
