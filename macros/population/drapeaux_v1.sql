-- @title.fr Drapeaux de la situation sociale, du chômage et du handicap
-- @title.nl Vlaggen voor sociale toestand, werkloosheid en handicap
-- @title.en Flags of social situation, unemployment and disability
-- @status published
-- @catalog be-aim
-- @valid 2002-01-01..
-- @basis Deliberation 09/026, annex 5: PP1003, PP1004 and PP1009 are delivered as flags; point 12 for children
-- @param annee INTEGER : calendar year of the photos (PP0050)
-- @param situations VARCHAR = 'toutes' : which codes of PP1003 count, separated by commas, such as '05,06'; toutes is
--   every code but blank and zero
-- @column pp0010 INTEGER identifier of person, owner : the person
-- @column annee INTEGER attribute : the year asked for
-- @column flag_situation INTEGER attribute, in (0, 1) : 1 when the code of PP1003 counts
-- @column flag_chomage INTEGER attribute, nullable, in (0, 1) : 1 when the person, for a child the holder, has an
--   unemployment code (PP1004); NULL when a child's holder is in no photo of the year
-- @column flag_handicap INTEGER attribute, in (0, 1) : 1 when somebody recognised a disability (PP1009)
-- @zones population pp0004 pp0010 pp0015 pp0020 pp0025 pp0030 pp0035 pp0040 pp0045 pp0050 pp0055 pp1001 pp1002
--   pp1003 pp1004 pp1005 pp1006 pp1007 pp1008 pp1009 pp2001 pp2002 pp2003 pp2004 pp2005 pp2006 pp2007 pp2008
--   pp2009 pp2010 pp2011 pp3001 pp3002 pp3003 pp3004 pp3005 pp3006 pp3007 pp3008 pp3009 pp3010 pp3011 pp3012
--   pp3013 pp4001 pp4002 pp4003
-- @uses population.photo_v1
-- @uses population.chomage_enfant_v1
-- @sas sha256:834a3a5637feda45dfd32b6c5b17b00ef1ae0a52d11bb5326e778d6f7faef590
-- @note Annex 5 says "Flag" without saying of what. Here it is yes when there is a code beside blank and zero, which
--   mean "not counted" and "not applicable". For PP1003, whose codes are many situations, say which ones you mean.
-- @note Every person of the year's photos has one row.
CREATE OR REPLACE MACRO population.drapeaux_v1(annee INTEGER, situations VARCHAR := 'toutes') AS TABLE
SELECT
    p.pp0010,
    annee AS annee,
    CASE
        WHEN ltrim(coalesce(trim(p.pp1003), ''), '0') = '' THEN 0
        WHEN situations = 'toutes' THEN 1
        WHEN list_contains(
            list_transform(string_split(situations, ','), lambda c: ltrim(trim(c), '0')), ltrim(trim(p.pp1003), '0')
        ) THEN 1
        ELSE 0
    END AS flag_situation,
    c.flag_chomage,
    CASE WHEN ltrim(coalesce(trim(p.pp1009), ''), '0') = '' THEN 0 ELSE 1 END AS flag_handicap
FROM population.photo_v1(annee) AS p
JOIN population.chomage_enfant_v1(annee) AS c ON c.pp0010 = p.pp0010
