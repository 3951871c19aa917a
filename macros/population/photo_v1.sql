-- @title.fr Population de l'année, une ligne par personne
-- @title.nl Bevolking van het jaar, één rij per persoon
-- @title.en Population of the year, one row per person
-- @status published
-- @catalog be-aim
-- @valid 2002-01-01..
-- @basis Annex 1b of deliberation 09/026: two photos a year, 30 June and 31 December
-- @param annee INTEGER : calendar year of the photos (PP0050)
-- @column pp0010 INTEGER identifier of person, owner : the person
-- @column annee INTEGER attribute : the year asked for
-- @column pp0050 INTEGER attribute : year and month of the photo that was used
-- @column pp0015 INTEGER quasi, nullable : year of birth
-- @column pp0020 VARCHAR quasi, nullable, in population.pp0020 : sex
-- @column pp0025 VARCHAR quasi, nullable : municipality of residence
-- @column pp0030 VARCHAR quasi, nullable : holder code 1 (major risks)
-- @column pp0035 VARCHAR quasi, nullable : holder code 2 (minor risks)
-- @column pp0040 INTEGER quasi, nullable : month of death
-- @column pp0045 INTEGER identifier of person, nullable : policy holder
-- @column pp0055 VARCHAR quasi, nullable : statistical sector
-- @column pp1001 VARCHAR attribute, nullable, in population.pp1001 : counted in model E
-- @column pp1002 VARCHAR attribute, nullable, in population.pp1002 : holder or dependant
-- @column pp1003 VARCHAR attribute, nullable, in population.pp1003 : social situation on the day of model E
-- @column pp1004 VARCHAR attribute, nullable : unemployment
-- @column pp1005 DATE attribute, nullable : first day of insurance
-- @column pp1006 DATE attribute, nullable : last day of insurance
-- @column pp1007 VARCHAR attribute, nullable, in population.pp1007 : pays a personal contribution
-- @column pp1008 VARCHAR attribute, nullable, in population.pp1008 : kind or amount of income
-- @column pp1009 VARCHAR attribute, nullable, in population.pp1009 : who recognised the disability
-- @column pp2001 VARCHAR attribute, nullable, in population.pp2001 : nursing lump sum B
-- @column pp2002 VARCHAR attribute, nullable, in population.pp2002 : nursing lump sum C
-- @column pp2003 VARCHAR attribute, nullable, in population.pp2003 : physiotherapy E
-- @column pp2004 VARCHAR attribute, nullable, in population.pp2004 : increased family allowance
-- @column pp2005 VARCHAR attribute, nullable, in population.pp2005 : integration allowance for the disabled (III or IV)
-- @column pp2006 VARCHAR attribute, nullable, in population.pp2006 : allowance for help to the elderly (III, IV or V)
-- @column pp2007 VARCHAR attribute, nullable, in population.pp2007 : allowance for somebody's help
-- @column pp2008 VARCHAR attribute, nullable, in population.pp2008 : incapacity or disability benefit
-- @column pp2009 VARCHAR attribute, nullable, in population.pp2009 : lump-sum allowance for somebody's help
-- @column pp2010 VARCHAR attribute, nullable, in population.pp2010 : 120 hospital days in two years
-- @column pp2011 VARCHAR attribute, nullable, in population.pp2011 : 6 hospital stays in two years
-- @column pp3001 VARCHAR attribute, nullable, in population.pp3001 : maximum billing: right of the household
-- @column pp3002 VARCHAR attribute, nullable, in population.pp3002 : maximum billing: category of the household
-- @column pp3003 VARCHAR attribute, nullable, in population.pp3003 : maximum billing: right of the person
-- @column pp3004 VARCHAR attribute, nullable, in population.pp3004 : maximum billing: ceiling of the household
-- @column pp3005 VARCHAR attribute, nullable, in population.pp3005 : maximum billing: ceiling of the person
-- @column pp3006 DATE attribute, nullable : maximum billing: day of the right
-- @column pp3007 VARCHAR attribute, nullable, in population.pp3007 : household with one insurer or several
-- @column pp3008 VARCHAR attribute, nullable, in population.pp3008 : kind of household
-- @column pp3009 INTEGER identifier of household, nullable : head of the household
-- @column pp3010 VARCHAR attribute, nullable, in population.pp3010 : guaranteed income or subsistence income
-- @column pp3011 VARCHAR attribute, nullable, in population.pp3011 : allowance for the disabled
-- @column pp3012 VARCHAR attribute, nullable, in population.pp3012 : long unemployment
-- @column pp3013 VARCHAR attribute, nullable, in population.pp3013 : public welfare
-- @column pp4001 BIGINT count, nullable : days of unemployment
-- @column pp4002 BIGINT count, nullable : days of incapacity, first year
-- @column pp4003 BIGINT count, nullable : days of incapacity, later years
-- @zones population pp0004 pp0010 pp0015 pp0020 pp0025 pp0030 pp0035 pp0040 pp0045 pp0050 pp0055 pp1001 pp1002
--   pp1003 pp1004 pp1005 pp1006 pp1007 pp1008 pp1009 pp2001 pp2002 pp2003 pp2004 pp2005 pp2006 pp2007 pp2008
--   pp2009 pp2010 pp2011 pp3001 pp3002 pp3003 pp3004 pp3005 pp3006 pp3007 pp3008 pp3009 pp3010 pp3011 pp3012
--   pp3013 pp4001 pp4002 pp4003
-- @sas sha256:37bd018fe7073ae9c57276dbae359301ed161946768659a827e1a5e9a5b2741d
-- @note The December photo is preferred: June serves only for persons who are not in it, such as those who died or left
--   in between. Use pp0050 to keep one photo.
-- @note A person who changes insurer can be in the same photo twice: the lower insurer number wins, an unknown insurer
--   before all. Of two rows of one insurer the first line of the delivery wins.
-- @note The insurer (PP0004) and the version of the delivery (PP0005) are left out, as in the deliveries to researchers.
CREATE OR REPLACE MACRO population.photo_v1(annee INTEGER) AS TABLE
SELECT
    p.pp0010, annee AS annee, p.pp0050, p.pp0015, p.pp0020, p.pp0025, p.pp0030, p.pp0035, p.pp0040, p.pp0045,
    p.pp0055, p.pp1001, p.pp1002, p.pp1003, p.pp1004, p.pp1005, p.pp1006, p.pp1007, p.pp1008, p.pp1009,
    p.pp2001, p.pp2002, p.pp2003, p.pp2004, p.pp2005, p.pp2006, p.pp2007, p.pp2008, p.pp2009, p.pp2010,
    p.pp2011, p.pp3001, p.pp3002, p.pp3003, p.pp3004, p.pp3005, p.pp3006, p.pp3007, p.pp3008, p.pp3009,
    p.pp3010, p.pp3011, p.pp3012, p.pp3013, p.pp4001, p.pp4002, p.pp4003
FROM main.population AS p
WHERE p.pp0050 // 100 = annee AND p.pp0010 IS NOT NULL
QUALIFY row_number() OVER (
    PARTITION BY p.pp0010
    ORDER BY p.pp0050 DESC, p.pp0004 ASC NULLS FIRST, p.rowid
) = 1
