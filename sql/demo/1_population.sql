-- Persons at the end of the year, by province, sex and age class.
CREATE VIEW photo AS
SELECT
    pp0010,
    population.province_v1(pp0025) AS province,
    pp0020 AS sexe,
    population.classe_age_v1(pp0015, 2008) AS classe_age
FROM population.photo_v1(2008);

SELECT province, sexe, classe_age, count(DISTINCT pp0010) AS personnes
FROM photo
WHERE province IN (80000, 20002)
GROUP BY province, sexe, classe_age
ORDER BY province, sexe, classe_age
