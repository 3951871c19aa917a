-- @title.fr Part des médicaments bon marché de chaque prescripteur, comparée au quota de sa spécialité
-- @title.nl Aandeel goedkope geneesmiddelen van elke voorschrijver, vergeleken met het quotum van zijn specialisme
-- @title.en Share of cheap medicines of each prescriber, against the quota of the specialty
-- @status published
-- @catalog be-aim
-- @valid 2005-09-17..
-- @basis Deliberation 09/026, point 2 and annex 4; royal decree of 17 September 2005 on the quotas
-- @param annee INTEGER : calendar year in which the medicine was supplied (SS00015)
-- @param liste VARCHAR = '0.synthetique', version of medicaments : the medicines that count, and which of them are cheap
-- @param mesure VARCHAR = 'conditionnements', in (conditionnements, lignes) : what the share is a share of
-- @param qualifications VARCHAR = '2009', version of qualifications : the categories and quotas of annex 4
-- @param corrections VARCHAR = 'deduire', in (deduire, ignorer) : as of selection.prescripteurs_v1
-- @param frequence VARCHAR = 'lignes', in (lignes, conditionnements) : as of selection.prescripteurs_v1
-- @param recent VARCHAR = 'delivrance', in (delivrance, prescription) : as of selection.prescripteurs_v1
-- @param zone VARCHAR = 'ss00070', in (ss00070, ss00065) : as of selection.prescripteurs_v1
-- @param profession VARCHAR = '1' : as of selection.prescripteurs_v1
-- @column ss00070 INTEGER identifier of provider, owner : the prescriber
-- @column annee INTEGER attribute : the year asked for
-- @column categorie VARCHAR attribute, nullable : category of annex 4
-- @column quota DECIMAL(18,4) attribute, nullable : the share asked for; NULL for who takes no part
-- @column total BIGINT count : packages or rows of the list
-- @column bon_marche BIGINT count : of these cheap
-- @column part DOUBLE amount, nullable : bon_marche / total; NULL when nothing is left
-- @column quota_atteint INTEGER attribute, nullable, in (0, 1) : 1 when the share is the quota or more; NULL when one of
--   them is missing
-- @zones pharmanet ss00015 ss00050 ss00065 ss00065_qual ss00070 ss00070_qual ss00135 ss00155
-- @list medicaments@0.synthetique
-- @list qualifications@2009
-- @ids provider
-- @uses selection.prescripteurs_v1
-- @sas sha256:572f9c19255f0d42595b1571989a9cdde1abd68a7614fa8e6581a2e075cf370f
-- @note One row for everybody who prescribed in the year, whatever the volume; who is no physician or has a
--   qualification outside annex 4 has no quota.
-- @note The decree counts defined daily doses, which no zone gives: packages stand for them.
-- @note The comparison is exact: 27 of 100 packages reach a quota of 0.27.
CREATE OR REPLACE MACRO etude.quota_v1(
    annee INTEGER, liste VARCHAR := '0.synthetique', mesure VARCHAR := 'conditionnements',
    qualifications VARCHAR := '2009', corrections VARCHAR := 'deduire', frequence VARCHAR := 'lignes',
    recent VARCHAR := 'delivrance', zone VARCHAR := 'ss00070', profession VARCHAR := '1'
) AS TABLE
WITH medicaments AS (
    SELECT ltrim(m.code, '0') AS cnk, max(CASE WHEN m.bon_marche = '1' THEN 1 ELSE 0 END) AS bon_marche
    FROM ref.medicaments AS m
    WHERE m.version = liste
    GROUP BY ltrim(m.code, '0')
), lignes AS (
    SELECT
        CASE WHEN zone = 'ss00065' THEN p.ss00065 ELSE p.ss00070 END AS prescripteur,
        CASE WHEN mesure = 'lignes' THEN CASE WHEN p.ss00050 < 0 THEN -1 ELSE 1 END ELSE coalesce(p.ss00050, 0) END AS nombre,
        m.bon_marche
    FROM main.pharmanet AS p
    JOIN medicaments AS m ON m.cnk = ltrim(p.ss00135, '0')
    WHERE p.ss00015 BETWEEN make_date(annee, 1, 1) AND make_date(annee, 12, 31)
      AND (corrections = 'deduire' OR p.ss00050 IS NULL OR p.ss00050 >= 0)
), sommes AS (
    SELECT lignes.prescripteur, sum(lignes.nombre) AS total, sum(lignes.nombre * lignes.bon_marche) AS bon_marche
    FROM lignes
    GROUP BY lignes.prescripteur
), parts AS (
    SELECT
        p.ss00070, p.categorie,
        CASE WHEN p.exclusion IS NULL THEN q.quota END AS quota,
        CAST(coalesce(s.total, 0) AS BIGINT) AS total,
        CAST(coalesce(s.bon_marche, 0) AS BIGINT) AS bon_marche
    FROM selection.prescripteurs_v1(
        annee, seuil := -2147483647, liste := liste, qualifications := qualifications, corrections := corrections,
        frequence := frequence, recent := recent, zone := zone, profession := profession
    ) AS p
    LEFT JOIN sommes AS s ON s.prescripteur = p.ss00070
    LEFT JOIN (
        SELECT l.code, max(l.quota) AS quota FROM ref.qualifications AS l WHERE l.version = qualifications GROUP BY l.code
    ) AS q ON q.code = p.qualification
)
SELECT
    parts.ss00070,
    annee AS annee,
    parts.categorie,
    parts.quota,
    parts.total,
    parts.bon_marche,
    CASE WHEN parts.total > 0 THEN CAST(parts.bon_marche AS DOUBLE) / parts.total END AS part,
    CASE
        WHEN parts.quota IS NULL OR parts.total <= 0 THEN NULL
        WHEN parts.bon_marche >= parts.quota * parts.total THEN 1
        ELSE 0
    END AS quota_atteint
FROM parts
