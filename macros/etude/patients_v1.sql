-- @title.fr Achats des patients de l'échantillon et quota de leur prescripteur principal
-- @title.nl Aankopen van de patiënten in de steekproef en quotum van hun voornaamste voorschrijver
-- @title.en Purchases of the patients of the sample, and the quota of their main prescriber
-- @status published
-- @catalog be-aim
-- @valid 2005-09-17..
-- @basis Deliberation 09/026, point 4 (what the study asks) and point 12, step 2
-- @param annee INTEGER : calendar year in which the medicine was supplied (SS00015)
-- @param graine VARCHAR : the seed of the sample, as of selection.echantillon_v1
-- @param seuil INTEGER = 200 : as of selection.prescripteurs_v1
-- @param liste VARCHAR = '0.synthetique', version of medicaments : the medicines of the study, and which of them are cheap
-- @param exclusions VARCHAR = '0.synthetique', version of exclusions_pharmanet : as of selection.patients_v1
-- @param taux VARCHAR = '2009', version of taux_echantillon : as of selection.echantillon_v1
-- @param arrondi VARCHAR = 'proche', in (proche, haut, bas) : as of selection.echantillon_v1
-- @param qualifications VARCHAR = '2009', version of qualifications : as of selection.prescripteurs_v1
-- @param corrections VARCHAR = 'deduire', in (deduire, ignorer) : as of selection.patients_v1
-- @param frequence VARCHAR = 'lignes', in (lignes, conditionnements) : as of selection.prescripteurs_v1
-- @param recent VARCHAR = 'delivrance', in (delivrance, prescription) : as of selection.prescripteurs_v1
-- @param zone VARCHAR = 'ss00070', in (ss00070, ss00065) : as of selection.prescripteurs_v1
-- @param profession VARCHAR = '1' : as of selection.prescripteurs_v1
-- @column ss00010 INTEGER identifier of person, owner : the patient
-- @column annee INTEGER attribute : the year asked for
-- @column ss00070 INTEGER identifier of provider : the main prescriber: of the sampled ones the one who prescribed most
--   packages to the patient
-- @column conditionnements BIGINT count : packages of the list that sampled prescribers prescribed
-- @column bon_marche BIGINT count : of these cheap
-- @column quota_atteint INTEGER attribute, nullable, in (0, 1) : 1 when the main prescriber reaches the quota
-- @zones pharmanet ss00010 ss00015 ss00020 ss00050 ss00065 ss00065_qual ss00070 ss00070_qual ss00135 ss00155
-- @list medicaments@0.synthetique
-- @list exclusions_pharmanet@0.synthetique
-- @list qualifications@2009
-- @list taux_echantillon@2009
-- @ids provider
-- @uses selection.echantillon_v1
-- @uses etude.quota_v1
-- @sas sha256:a5f15dfe0f0ff9976ba89263a17bdc6bf5b2672af7183a7b2130b33f95129b6e
-- @note The patients are those of selection.patients_v1, with 0 where nothing of the list was prescribed, so that tables
--   of purchases and tables of patients are about the same persons.
-- @note Of two prescribers of as many packages the lower delivered number is the main one.
-- @note The quota is one of all the prescriber's patients in the year, not of this patient's packages.
CREATE OR REPLACE MACRO etude.patients_v1(
    annee INTEGER, graine VARCHAR, seuil INTEGER := 200, liste VARCHAR := '0.synthetique',
    exclusions VARCHAR := '0.synthetique', taux VARCHAR := '2009', arrondi VARCHAR := 'proche',
    qualifications VARCHAR := '2009', corrections VARCHAR := 'deduire', frequence VARCHAR := 'lignes',
    recent VARCHAR := 'delivrance', zone VARCHAR := 'ss00070', profession VARCHAR := '1'
) AS TABLE
WITH ecartes AS (
    SELECT DISTINCT ltrim(x.code, '0') AS code FROM ref.exclusions_pharmanet AS x WHERE x.version = exclusions
), medicaments AS (
    SELECT ltrim(m.code, '0') AS cnk, max(CASE WHEN m.bon_marche = '1' THEN 1 ELSE 0 END) AS bon_marche
    FROM ref.medicaments AS m
    WHERE m.version = liste
    GROUP BY ltrim(m.code, '0')
), par_couple AS (
    SELECT
        p.ss00010,
        CASE WHEN zone = 'ss00065' THEN p.ss00065 ELSE p.ss00070 END AS prescripteur,
        sum(coalesce(p.ss00050, 0)) AS quantite,
        min(coalesce(p.ss00050, 0)) AS plus_petite,
        sum(CASE WHEN m.cnk IS NOT NULL THEN coalesce(p.ss00050, 0) ELSE 0 END) AS conditionnements,
        sum(CASE WHEN m.bon_marche = 1 THEN coalesce(p.ss00050, 0) ELSE 0 END) AS bon_marche
    FROM main.pharmanet AS p
    LEFT JOIN ecartes AS x ON x.code = ltrim(p.ss00020, '0')
    LEFT JOIN medicaments AS m ON m.cnk = ltrim(p.ss00135, '0')
    WHERE p.ss00015 BETWEEN make_date(annee, 1, 1) AND make_date(annee, 12, 31)
      AND p.ss00010 IS NOT NULL
      AND x.code IS NULL
      AND (corrections = 'deduire' OR p.ss00050 IS NULL OR p.ss00050 >= 0)
    GROUP BY ALL
), par_patient AS (
    SELECT
        c.ss00010, c.prescripteur,
        sum(c.conditionnements) OVER (PARTITION BY c.ss00010) AS conditionnements,
        sum(c.bon_marche) OVER (PARTITION BY c.ss00010) AS bon_marche
    FROM par_couple AS c
    JOIN selection.echantillon_v1(
        annee, graine, seuil := seuil, liste := liste, taux := taux, arrondi := arrondi, qualifications := qualifications,
        corrections := corrections, frequence := frequence, recent := recent, zone := zone, profession := profession
    ) AS e ON e.ss00070 = c.prescripteur AND e.tire = 1
    JOIN epsql.ids_provider AS n ON n.num = c.prescripteur
    WHERE c.plus_petite >= 0 OR c.quantite > 0
    QUALIFY row_number() OVER (PARTITION BY c.ss00010 ORDER BY c.quantite DESC, n.id) = 1
)
SELECT
    t.ss00010,
    annee AS annee,
    t.prescripteur AS ss00070,
    CAST(t.conditionnements AS BIGINT) AS conditionnements,
    CAST(t.bon_marche AS BIGINT) AS bon_marche,
    q.quota_atteint
FROM par_patient AS t
LEFT JOIN etude.quota_v1(
    annee, liste := liste, qualifications := qualifications, corrections := corrections, frequence := frequence,
    recent := recent, zone := zone, profession := profession
) AS q ON q.ss00070 = t.prescripteur
WHERE CASE
    WHEN NOT EXISTS (FROM ref.exclusions_pharmanet AS x WHERE x.version = exclusions)
        THEN error('no such version of the list exclusions_pharmanet')
    ELSE TRUE
END
