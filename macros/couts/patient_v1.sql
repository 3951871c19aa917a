-- @title.fr Ce que le patient a payé pour ses soins de santé dans l'année
-- @title.nl Wat de patiënt voor gezondheidszorg betaalde in het jaar
-- @title.en What the patient paid for health care in the year
-- @status published
-- @catalog be-aim
-- @valid 2002-01-01..
-- @basis Deliberation 09/026, point 12: the sum of the co-payments and the sum of the supplements per patient
-- @param annee INTEGER : calendar year of the prestation (SS00015), not of the accounting
-- @column ss00010 INTEGER identifier of person, owner : the person
-- @column annee INTEGER attribute : the year asked for
-- @column ticket_moderateur BIGINT amount : sum of the co-payments (SS00160), eurocent, corrections deducted
-- @column supplements BIGINT amount : sum of the supplements (SS00165), eurocent, corrections deducted
-- @column total BIGINT amount : both, eurocent
-- @zones soins_sante ss00010 ss00015 ss00160 ss00165
-- @zones population pp0010 pp0050
-- @sas sha256:40b53435fc3284ae6f666b2069cbbca88d804b8ffd05ca6d8177267462977fc6
-- @note Health care only. In Pharmanet the zone SS00165 is a decrease of the reimbursement, not something the patient
--   paid: it must never be added here.
-- @note One row for every person in a population photo of the year or in the health-care claims of the year, with 0
--   where nothing was paid: join on ss00010, inner or left.
-- @note Corrections are rows with negative amounts: they net out. A person whose claims were all corrected has 0; a
--   correction of a claim that was never delivered leaves a negative sum, which is kept and found by the audit.
-- @note A missing amount counts as nothing: each sum ignores it, and the other amount of the row still counts.
-- @note Compulsory and free insurance are both counted; amounts are whole eurocents, so sums are exact.
CREATE OR REPLACE MACRO couts.patient_v1(annee INTEGER) AS TABLE
WITH paye AS (
    SELECT s.ss00010, sum(s.ss00160) AS tickets, sum(s.ss00165) AS supplements
    FROM main.soins_sante AS s
    WHERE s.ss00015 BETWEEN make_date(annee, 1, 1) AND make_date(annee, 12, 31)
      AND s.ss00010 IS NOT NULL
    GROUP BY s.ss00010
), personnes AS (
    SELECT p.pp0010 AS ss00010 FROM main.population AS p WHERE p.pp0050 // 100 = annee AND p.pp0010 IS NOT NULL
    UNION
    SELECT paye.ss00010 FROM paye
)
SELECT
    personnes.ss00010,
    annee AS annee,
    CAST(coalesce(paye.tickets, 0) AS BIGINT) AS ticket_moderateur,
    CAST(coalesce(paye.supplements, 0) AS BIGINT) AS supplements,
    CAST(coalesce(paye.tickets, 0) + coalesce(paye.supplements, 0) AS BIGINT) AS total
FROM personnes
LEFT JOIN paye ON paye.ss00010 = personnes.ss00010
