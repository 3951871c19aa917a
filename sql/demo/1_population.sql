-- Persons at the end of the year, by province and sex, with a column for each
-- of the older age classes.
CREATE VIEW photo AS
SELECT
    pp0010,
    population.province_v1(pp0025) AS province,
    pp0020 AS sexe,
    population.classe_age_v1(pp0015, 2008) AS classe_age
FROM population.photo_v1(2008);

CREATE VIEW cellules AS
SELECT
    province,
    sexe,
    count(DISTINCT pp0010) AS personnes,
    count(DISTINCT pp0010) FILTER (WHERE classe_age = '70-74') AS "70-74",
    count(DISTINCT pp0010) FILTER (WHERE classe_age = '75-79') AS "75-79",
    count(DISTINCT pp0010) FILTER (WHERE classe_age = '80-84') AS "80-84",
    count(DISTINCT pp0010) FILTER (WHERE classe_age = '85-89') AS "85-89",
    count(DISTINCT pp0010) FILTER (WHERE classe_age = '90+') AS "90+"
FROM photo
GROUP BY province, sexe;

SELECT p.fr AS province, c.* EXCLUDE (province)
FROM cellules AS c
JOIN ref.provinces AS p ON p.code = c.province
ORDER BY p.fr, c.sexe
