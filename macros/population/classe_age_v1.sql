-- @title.fr Classe d'âge de cinq ans au 31 décembre
-- @title.nl Leeftijdsklasse van vijf jaar op 31 december
-- @title.en Age class of five years on 31 December
-- @status published
-- @catalog be-aim
-- @valid 2002-01-01..
-- @basis House rule: the deliveries carry the year of birth only (PP0015)
-- @param annee_naissance INTEGER : year of birth (PP0015)
-- @param annee INTEGER : the year on whose last day the age is taken
-- @returns VARCHAR quasi, nullable, in (00-04, 05-09, 10-14, 15-19, 20-24, 25-29, 30-34, 35-39, 40-44, 45-49, 50-54,
--   55-59, 60-64, 65-69, 70-74, 75-79, 80-84, 85-89, 90+) : the class, in an order that text sorting keeps;
--   NULL when a year is missing or the person was born later
-- @sas sha256:ae4d6314e563c4a20b0e1a7d87bacd269eb22880fababfe22aa3745a4828fb16
-- @note The age is the one reached during the year: half of the persons of a June photo are a year younger.
-- @note Born after the year asked for gives NULL, never the youngest class.
CREATE OR REPLACE MACRO population.classe_age_v1(annee_naissance INTEGER, annee INTEGER) AS
CASE
    WHEN annee - annee_naissance IS NULL OR annee - annee_naissance < 0 THEN NULL
    WHEN annee - annee_naissance >= 90 THEN '90+'
    ELSE lpad(CAST((annee - annee_naissance) // 5 * 5 AS VARCHAR), 2, '0')
        || '-' || lpad(CAST((annee - annee_naissance) // 5 * 5 + 4 AS VARCHAR), 2, '0')
END
