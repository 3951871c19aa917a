-- @title.fr Province du domicile, du code INS
-- @title.nl Provincie van de woonplaats, uit de NIS-code
-- @title.en Province of residence, from the municipality code
-- @status published
-- @catalog be-aim
-- @valid 2002-01-01..
-- @basis Public metadata of the Agence intermutualiste, variable PROVINCE of the population data
-- @param ins VARCHAR : municipality code (PP0025), or a country code below 1000
-- @returns INTEGER quasi, nullable, in (0, 10000, 20001, 20002, 21000, 30000, 40000, 50000, 60000, 70000, 80000, 90000) :
--   the province: 10000 Antwerp, 20001 Flemish Brabant, 20002 Walloon Brabant, 21000 Brussels, 30000 West Flanders,
--   40000 East Flanders, 50000 Hainaut, 60000 Liège, 70000 Limburg, 80000 Luxembourg, 90000 Namur, 0 abroad, NULL unknown
-- @sas sha256:a5e56e4fd9bf5ae7d5aa050dfd53bfed56daeb3a2940e0d8574a87328e9aa9d6
-- @note The first digit is the province, except in the former Brabant: arrondissement 21 is Brussels, 23 and 24 are
--   Flemish Brabant, 25 is Walloon Brabant.
-- @note Missing, not numeric, below 100, 995, 999, from 94000 on, and numbers of no arrondissement give NULL.
-- @note In the deliveries of 2002 to 2004 unknown and abroad were both written 0: here 0 gives NULL, as in the
--   public formula.
CREATE OR REPLACE MACRO population.province_v1(ins VARCHAR) AS
CASE
    WHEN try_cast(ins AS INTEGER) IS NULL THEN NULL
    WHEN try_cast(ins AS INTEGER) > 93999 THEN NULL
    WHEN try_cast(ins AS INTEGER) < 100 THEN NULL
    WHEN try_cast(ins AS INTEGER) IN (995, 999) THEN NULL
    WHEN try_cast(ins AS INTEGER) < 1000 THEN 0
    WHEN try_cast(ins AS INTEGER) // 10000 IN (1, 3, 4, 5, 6, 7, 8, 9) THEN try_cast(ins AS INTEGER) // 10000 * 10000
    WHEN try_cast(ins AS INTEGER) // 1000 = 21 THEN 21000
    WHEN try_cast(ins AS INTEGER) // 1000 IN (23, 24) THEN 20001
    WHEN try_cast(ins AS INTEGER) // 1000 = 25 THEN 20002
END
