-- Who has a global medical record (DMG) or a flat-rate practice (maison
-- médicale), by preferential tariff, and what these persons pay in a year.
CREATE VIEW personnes AS
SELECT
    p.pp0010,
    population.tarif_preferentiel_v1(p.pp0030) AS tarif_preferentiel,
    d.flag_dmg,
    m.flag_maison_medicale,
    c.total
FROM population.photo_v1(2008) AS p
JOIN flags.dmg_v1(2008) AS d ON d.ss00010 = p.pp0010
JOIN flags.maison_medicale_v1(2008) AS m ON m.ss00010 = p.pp0010
JOIN couts.patient_v1(2008) AS c ON c.ss00010 = p.pp0010;

SELECT
    tarif_preferentiel,
    count(*) AS personnes,
    round(100.0 * count(*) FILTER (WHERE flag_dmg = 1) / count(*), 1) AS dmg_pct,
    round(100.0 * count(*) FILTER (WHERE flag_maison_medicale = 1) / count(*), 1) AS maison_medicale_pct,
    round(avg(total) / 100, 2) AS cout_moyen_eur
FROM personnes
GROUP BY tarif_preferentiel
ORDER BY tarif_preferentiel
