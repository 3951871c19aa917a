-- Patients by age, sex and preferential rate, in classes of twenty years.
SELECT
    CASE
        WHEN classe_age IN ('00-04', '05-09', '10-14', '15-19') THEN '00-19'
        WHEN classe_age IN ('20-24', '25-29', '30-34', '35-39') THEN '20-39'
        WHEN classe_age IN ('40-44', '45-49', '50-54', '55-59') THEN '40-59'
        WHEN classe_age IN ('60-64', '65-69', '70-74', '75-79') THEN '60-79'
        ELSE '80+'
    END AS age,
    CASE sexe WHEN '1' THEN 'hommes' ELSE 'femmes' END || CASE tarif_preferentiel WHEN 1 THEN ', tarif préférentiel' ELSE '' END AS groupe,
    count(*) AS patients
FROM profils
GROUP BY ALL
ORDER BY ALL
