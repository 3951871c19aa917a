-- The people every attack is tried on: persons 1 to 200, known by heart.
--
-- Towns: 11001 (1 to 70), 21004 (71 to 130), 44021 (131 to 170), 92094 (171 to
-- 189 and 197 to 200); 62063, 62118 and 63079 are hamlets, where persons 190 to
-- 196 live, never more than three in one; nobody lives in 85011.
-- Odd persons are men. Years of birth run from 1920 to 1979, three or four
-- persons a year. Holder code 130 is that of persons 197 and 198 alone.
-- Children 101 to 120 have persons 51 to 70 as holders.
INSERT INTO main.population (pp0004, pp0005, pp0010, pp0015, pp0020, pp0025, pp0030, pp0035, pp0045, pp0050, pp1002, pp1004, livraison)
SELECT 1, 1, n, 1920 + n % 60, CASE n % 2 WHEN 1 THEN '1' ELSE '2' END,
  CASE WHEN n <= 70 THEN '11001' WHEN n <= 130 THEN '21004' WHEN n <= 170 THEN '44021'
    WHEN n BETWEEN 190 AND 192 THEN '62063' WHEN n IN (193, 194) THEN '62118' WHEN n IN (195, 196) THEN '63079' ELSE '92094' END,
  CASE WHEN n IN (197, 198) THEN '130' WHEN n % 3 = 0 THEN '111' ELSE '110' END, '110',
  CASE WHEN n BETWEEN 101 AND 120 THEN n - 50 ELSE n END, 200812, CASE WHEN n BETWEEN 101 AND 120 THEN 3 ELSE 1 END, 0, 1
FROM range(1, 201) AS t(n);

-- Health care: n % 5 + 1 rows a person, the first of each coded 102771 for
-- persons 1 to 50. The hamlets' people pay amounts that nobody else has. All of
-- 44021 is seen by one doctor, number 20.
INSERT INTO main.soins_sante (ss00010, ss00015, ss00020, ss00030, ss00050, ss00060, ss00065, ss00065_qual, ss00140, ss00145, ss00160, ss00165, livraison)
SELECT n, DATE '2008-01-15' + CAST(k * 30 AS INTEGER), CASE WHEN k = 0 AND n <= 50 THEN '102771' ELSE '101032' END, 'S', 1,
  CASE WHEN n BETWEEN 190 AND 196 THEN 100000 + 1111 * n ELSE 1000 + 10 * (n % 13) END,
  CASE WHEN n <= 70 THEN 1 + n % 8 WHEN n <= 130 THEN 11 + n % 7 WHEN n <= 170 THEN 20 ELSE 21 + n % 9 END, '001', 0, 0, n % 7, 0, 1
FROM range(1, 201) AS t(n), range(0, 5) AS u(k) WHERE k <= n % 5;

-- Medicines: one package for every even person.
INSERT INTO main.pharmanet (ss00010, ss00015, ss00020, ss00050, ss00060, ss00070, ss00070_qual, ss00135, ss00160, ss00165, livraison)
SELECT n, DATE '2008-03-01' + CAST(n % 90 AS INTEGER), 'B', 1 + n % 2, 500 + n % 11, 1 + n % 30, '001', 1000 + n % 5, n % 4, 0, 1
FROM range(2, 201, 2) AS t(n);
