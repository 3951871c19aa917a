-- @title.fr Chômage, celui du titulaire pour un enfant
-- @title.nl Werkloosheid, die van de gerechtigde voor een kind
-- @title.en Unemployment, the holder's for a child
-- @status published
-- @catalog be-aim
-- @valid 2002-01-01..
-- @basis Deliberation 09/026, point 12: the unemployment flag (PP1004) of a child is that of the holder on whom it depends
-- @param annee INTEGER : calendar year of the photos (PP0050)
-- @column pp0010 INTEGER identifier of person, owner : the person
-- @column annee INTEGER attribute : the year asked for
-- @column enfant INTEGER attribute, in (0, 1) : 1 for a descendant who depends on a holder (PP1002 = 3)
-- @column flag_chomage INTEGER attribute, nullable, in (0, 1) : 1 when the person, for a child the holder, has an
--   unemployment code; NULL when a child's holder is in no photo of the year
-- @zones population pp0004 pp0010 pp0015 pp0020 pp0025 pp0030 pp0035 pp0040 pp0045 pp0050 pp0055 pp1001 pp1002
--   pp1003 pp1004 pp1005 pp1006 pp1007 pp1008 pp1009 pp2001 pp2002 pp2003 pp2004 pp2005 pp2006 pp2007 pp2008
--   pp2009 pp2010 pp2011 pp3001 pp3002 pp3003 pp3004 pp3005 pp3006 pp3007 pp3008 pp3009 pp3010 pp3011 pp3012
--   pp3013 pp4001 pp4002 pp4003
-- @uses population.photo_v1
-- @sas sha256:3f80206234a71335d6c21f60f46ac207ce4dd6928f9245b0558e2725c7a6f1a1
-- @note Every person of the year's photos has one row. A child is compared with the holder's own row of the same year,
--   be it another photo.
-- @note The list of the unemployment codes is not published: any code but blank and zero counts.
-- @note The code tells about the fourth quarter of the year before the photo's.
-- @note An unknown holder gives NULL, never a silent 0.
CREATE OR REPLACE MACRO population.chomage_enfant_v1(annee INTEGER) AS TABLE
SELECT
    p.pp0010,
    annee AS annee,
    CASE WHEN p.pp1002 = '3' THEN 1 ELSE 0 END AS enfant,
    CASE
        WHEN t.pp0010 IS NULL THEN NULL
        WHEN ltrim(coalesce(trim(t.pp1004), ''), '0') <> '' THEN 1
        ELSE 0
    END AS flag_chomage
FROM population.photo_v1(annee) AS p
LEFT JOIN population.photo_v1(annee) AS t
    ON t.pp0010 = CASE WHEN p.pp1002 = '3' THEN p.pp0045 ELSE p.pp0010 END
