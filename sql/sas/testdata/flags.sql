-- The order of rows counts below: it is the one in which they are stored.
CREATE VIEW soins_sante_rows AS
SELECT *, row_number() OVER (PARTITION BY ss00010) AS _row
FROM soins_sante;

-- The order of rows counts below: it is the one in which they are stored.
CREATE VIEW population_rows AS
SELECT *, row_number() OVER (PARTITION BY pp0010) AS _row
FROM population;

-- DMG flag, costs and province of every patient of the year.
-- line 3: libname eps '/data/eps'
-- line 3: the mapping file says which tables a library holds: libname eps '/data/eps'

-- lines 5-7: proc format
-- The formats stand where they are used.

-- The list of the codes of the DMG
-- lines 12-17: data soins
CREATE VIEW soins AS
SELECT ss00010,
  ss00050,
  ss00160,
  ss00165,
  CASE WHEN ss00020 IN ('102771', '102793', '103574', '103596') THEN 1 ELSE 0 END AS est_dmg,
  _row
FROM soins_sante_rows
WHERE year(ss00015) = 2008;

-- line 19: proc sort data=soins
CREATE VIEW soins_2 AS
SELECT * EXCLUDE (_row), row_number() OVER (PARTITION BY ss00010 ORDER BY _row) AS _row
FROM soins;

-- lines 21-35: data couts
CREATE VIEW couts AS
WITH computed AS (
  SELECT *,
    row_number() OVER (PARTITION BY ss00010 ORDER BY _row DESC) = 1 AS last_ss00010,
    sum(coalesce(ss00160, 0)) OVER (PARTITION BY ss00010 ORDER BY _row ROWS UNBOUNDED PRECEDING) AS ticket,
    sum(coalesce(ss00165, 0)) OVER (PARTITION BY ss00010 ORDER BY _row ROWS UNBOUNDED PRECEDING) AS supplement,
    sum(coalesce(CASE WHEN est_dmg <> 0 THEN coalesce(ss00050, 0) END, 0)) OVER (PARTITION BY ss00010 ORDER BY _row ROWS UNBOUNDED PRECEDING) AS actes
  FROM soins_2
)
SELECT ss00010, ticket, supplement, CASE WHEN actes > 0 THEN 1 ELSE 0 END AS flag_dmg
FROM computed
WHERE last_ss00010;

-- lines 37-40: proc sort data=eps.population out=photo nodupkey
CREATE VIEW photo AS
SELECT * EXCLUDE (_row)
FROM population_rows
WHERE pp0050 = 200812
QUALIFY row_number() OVER (PARTITION BY pp0010 ORDER BY _row) = 1;

-- lines 42-54: data patients
CREATE VIEW patients AS
WITH photo_n AS (
  SELECT pp0010 AS ss00010, pp0015, pp0020, pp0025, true AS _in
  FROM photo
), couts_n AS (
  SELECT ss00010, ticket, supplement, flag_dmg, true AS _in
  FROM couts
), merged AS (
  SELECT photo_n.ss00010 AS ss00010,
    photo_n.pp0015 AS pp0015,
    photo_n.pp0020 AS pp0020,
    photo_n.pp0025 AS pp0025,
    couts_n.ticket AS ticket,
    couts_n.supplement AS supplement,
    couts_n.flag_dmg AS flag_dmg,
    true AS in_dans_photo
  FROM photo_n
    LEFT JOIN couts_n ON couts_n.ss00010 IS NOT DISTINCT FROM photo_n.ss00010
), computed AS (
  SELECT *,
    sas.int_v1(try_cast(left(pp0025, 8) AS DOUBLE) / 1000) AS arr
  FROM merged
)
SELECT CASE WHEN arr IN (21, 22) THEN 20000 + arr ELSE sas.int_v1(try_cast(left(pp0025, 8) AS DOUBLE) / 10000) * 10000 END AS province,
  ss00010,
  pp0015,
  pp0020,
  pp0025,
  ticket,
  supplement,
  CASE WHEN flag_dmg IS NULL THEN 0 ELSE flag_dmg END AS flag_dmg,
  try_cast(left(pp0025, 8) AS DOUBLE) AS ins,
  arr,
  CASE WHEN 2008 - sas.int_v1(pp0015 / 100) < 18 THEN 'moins de 18' WHEN 2008 - sas.int_v1(pp0015 / 100) >= 18 AND 2008 - sas.int_v1(pp0015 / 100) < 65 THEN '18 a 64' WHEN 2008 - sas.int_v1(pp0015 / 100) >= 65 THEN '65 et plus' ELSE coalesce(sas.best_v1(2008 - sas.int_v1(pp0015 / 100)), '.') END AS age,
  coalesce(ticket, 0) + coalesce(supplement, 0) AS paye
FROM computed
WHERE in_dans_photo;

-- lines 56-58: proc freq data=patients noprint
CREATE VIEW dmg_age AS
WITH counts AS (
  SELECT age, flag_dmg, count(*) AS count
  FROM patients
  GROUP BY 1, 2
)
SELECT *,
  CASE WHEN NOT (age IS NULL OR flag_dmg IS NULL) THEN 100 * count / sum(count) FILTER (NOT (age IS NULL OR flag_dmg IS NULL)) OVER () END AS percent
FROM counts
ORDER BY age NULLS FIRST, flag_dmg NULLS FIRST;

-- line 61: create table par_province as select province, count(*) as patients, mean(flag_dmg) as part_dmg, m...
CREATE VIEW par_province AS
SELECT province, count(*) AS patients, avg(flag_dmg) AS part_dmg, avg(paye) / 100 AS euros
FROM patients
GROUP BY province
HAVING count(*) > 10
ORDER BY province NULLS FIRST;

SELECT * FROM par_province;

