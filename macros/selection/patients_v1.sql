-- @title.fr Patients des prescripteurs de l'échantillon
-- @title.nl Patiënten van de voorschrijvers in de steekproef
-- @title.en Patients of the sampled prescribers
-- @status published
-- @catalog be-aim
-- @valid 2002-01-01..
-- @basis Deliberation 09/026, point 12, step 2, a
-- @param annee INTEGER : calendar year in which the medicine was supplied (SS00015)
-- @param graine VARCHAR : the seed of the sample, as of selection.echantillon_v1
-- @param seuil INTEGER = 200 : as of selection.prescripteurs_v1
-- @param liste VARCHAR = '0.synthetique', version of medicaments : as of selection.prescripteurs_v1
-- @param exclusions VARCHAR = '0.synthetique', version of exclusions_pharmanet : the categories (SS00020) that do not
--   count: magistral preparations, bandages and so on; real data need a list of your own
-- @param taux VARCHAR = '2009', version of taux_echantillon : as of selection.echantillon_v1
-- @param arrondi VARCHAR = 'proche', in (proche, haut, bas) : as of selection.echantillon_v1
-- @param qualifications VARCHAR = '2009', version of qualifications : as of selection.prescripteurs_v1
-- @param corrections VARCHAR = 'deduire', in (deduire, ignorer) : what a row with a negative quantity does: deducts its
--   packages, or is left out
-- @param frequence VARCHAR = 'lignes', in (lignes, conditionnements) : as of selection.prescripteurs_v1
-- @param recent VARCHAR = 'delivrance', in (delivrance, prescription) : as of selection.prescripteurs_v1
-- @param zone VARCHAR = 'ss00070', in (ss00070, ss00065) : as of selection.prescripteurs_v1
-- @param profession VARCHAR = '1' : as of selection.prescripteurs_v1
-- @column ss00010 INTEGER identifier of person, owner : the patient
-- @column annee INTEGER attribute : the year asked for
-- @column prescripteurs BIGINT count : sampled prescribers who prescribed to the patient
-- @column conditionnements BIGINT count : packages that they prescribed
-- @zones pharmanet ss00010 ss00015 ss00020 ss00050 ss00065 ss00065_qual ss00070 ss00070_qual ss00135 ss00155
-- @list medicaments@0.synthetique
-- @list exclusions_pharmanet@0.synthetique
-- @list qualifications@2009
-- @list taux_echantillon@2009
-- @ids provider
-- @uses selection.echantillon_v1
-- @sas sha256:957e3baf66d17150fad27e4caf7977f61110a777408833313022efac302776e8
-- @note Only patients have a row: somebody without medicines of a sampled prescriber is not there.
-- @note A patient counts for a prescriber unless all that this prescriber prescribed was corrected: rows with a negative
--   quantity occur and nothing is left. With corrections := 'ignorer' one row that is not negative is enough.
-- @note Every medicine counts here, not only those of the list of the study: that list is for the volume of step 1.
CREATE OR REPLACE MACRO selection.patients_v1(
    annee INTEGER, graine VARCHAR, seuil INTEGER := 200, liste VARCHAR := '0.synthetique',
    exclusions VARCHAR := '0.synthetique', taux VARCHAR := '2009', arrondi VARCHAR := 'proche',
    qualifications VARCHAR := '2009', corrections VARCHAR := 'deduire', frequence VARCHAR := 'lignes',
    recent VARCHAR := 'delivrance', zone VARCHAR := 'ss00070', profession VARCHAR := '1'
) AS TABLE
WITH ecartes AS (
    SELECT DISTINCT ltrim(x.code, '0') AS code FROM ref.exclusions_pharmanet AS x WHERE x.version = exclusions
), par_couple AS (
    SELECT
        p.ss00010,
        CASE WHEN zone = 'ss00065' THEN p.ss00065 ELSE p.ss00070 END AS prescripteur,
        sum(coalesce(p.ss00050, 0)) AS quantite,
        min(coalesce(p.ss00050, 0)) AS plus_petite
    FROM main.pharmanet AS p
    LEFT JOIN ecartes AS x ON x.code = ltrim(p.ss00020, '0')
    WHERE p.ss00015 BETWEEN make_date(annee, 1, 1) AND make_date(annee, 12, 31)
      AND p.ss00010 IS NOT NULL
      AND x.code IS NULL
      AND (corrections = 'deduire' OR p.ss00050 IS NULL OR p.ss00050 >= 0)
    GROUP BY ALL
), par_patient AS (
    SELECT c.ss00010, count(*) AS prescripteurs, CAST(sum(c.quantite) AS BIGINT) AS conditionnements
    FROM par_couple AS c
    JOIN selection.echantillon_v1(
        annee, graine, seuil := seuil, liste := liste, taux := taux, arrondi := arrondi, qualifications := qualifications,
        corrections := corrections, frequence := frequence, recent := recent, zone := zone, profession := profession
    ) AS e ON e.ss00070 = c.prescripteur AND e.tire = 1
    WHERE c.plus_petite >= 0 OR c.quantite > 0
    GROUP BY c.ss00010
)
SELECT par_patient.ss00010, annee AS annee, par_patient.prescripteurs, par_patient.conditionnements
FROM par_patient
WHERE CASE
    WHEN NOT EXISTS (FROM ref.exclusions_pharmanet AS x WHERE x.version = exclusions)
        THEN error('no such version of the list exclusions_pharmanet')
    ELSE TRUE
END
