-- @title.fr Prescripteurs de l'année : qualification retenue, catégorie, conditionnements, motif d'exclusion
-- @title.nl Voorschrijvers van het jaar: weerhouden kwalificatie, categorie, verpakkingen, reden van uitsluiting
-- @title.en Prescribers of the year: qualification kept, category, packages, why dropped
-- @status published
-- @catalog be-aim
-- @valid 2002-01-01..
-- @basis Deliberation 09/026, point 12, step 1, a to d
-- @param annee INTEGER : calendar year in which the medicine was supplied (SS00015)
-- @param seuil INTEGER = 200 : fewest packages; a prescriber with fewer is dropped
-- @param liste VARCHAR = '0.synthetique', version of medicaments : the medicines of the study; real data need a list of
--   your own
-- @param qualifications VARCHAR = '2009', version of qualifications : the categories of annex 4
-- @param corrections VARCHAR = 'deduire', in (deduire, ignorer) : what a row with a negative quantity does: deducts its
--   packages and one row, or is left out
-- @param frequence VARCHAR = 'lignes', in (lignes, conditionnements) : what makes a qualification the most frequent: its
--   rows, or its packages
-- @param recent VARCHAR = 'delivrance', in (delivrance, prescription) : which day tells the most recent one when two are
--   as frequent: of supply (SS00015), or of prescription (SS00155)
-- @param zone VARCHAR = 'ss00070', in (ss00070, ss00065) : where the prescriber stands
-- @param profession VARCHAR = '1' : first position of the number of those who take part: 1 is a physician
-- @column ss00070 INTEGER identifier of provider, owner : the prescriber
-- @column annee INTEGER attribute : the year asked for
-- @column qualification VARCHAR attribute, nullable : the qualification kept; NULL when no row has one
-- @column categorie VARCHAR attribute, nullable : its category in annex 4; NULL when it is not listed
-- @column lignes BIGINT count : rows of the year, whatever was supplied
-- @column conditionnements BIGINT count : packages of the medicines of the list
-- @column exclusion VARCHAR attribute, nullable, in (volume, profession, qualification) : why the prescriber is dropped:
--   too few packages, not a physician, a qualification that annex 4 does not list; NULL when kept
-- @zones pharmanet ss00015 ss00050 ss00065 ss00065_qual ss00070 ss00070_qual ss00135 ss00155
-- @list medicaments@0.synthetique
-- @list qualifications@2009
-- @ids provider
-- @sas sha256:af17dbfe6dd1d853a36d5239710b44bd004c3ef99a21d2d21a1c97f0df34a1fb
-- @note Point 12 calls the prescriber SS00065; annex 1a, which is the layout, calls it SS00070, and in Pharmanet SS00065
--   is not used. So zone is ss00070 unless you say otherwise.
-- @note Everybody who prescribed in the year has a row, also those who are dropped: keep those whose exclusion IS NULL.
--   The first reason in the order of the text is told: volume (step c) before profession and qualification (step d).
-- @note The qualification is chosen over all rows of the year, those of other medicines included, as step b comes before
--   step c. After frequency and day the lower code wins, so that the choice never depends on the order of rows.
-- @note Dentists are told by their number, not by their qualification: 001 is a general practitioner's and a dentist's.
--   A number that was not delivered as eight positions counts as another profession.
-- @note Product numbers are compared without leading zeros.
CREATE OR REPLACE MACRO selection.prescripteurs_v1(
    annee INTEGER, seuil INTEGER := 200, liste VARCHAR := '0.synthetique', qualifications VARCHAR := '2009',
    corrections VARCHAR := 'deduire', frequence VARCHAR := 'lignes', recent VARCHAR := 'delivrance',
    zone VARCHAR := 'ss00070', profession VARCHAR := '1'
) AS TABLE
WITH medicaments AS (
    SELECT DISTINCT ltrim(m.code, '0') AS cnk FROM ref.medicaments AS m WHERE m.version = liste
), lignes AS (
    SELECT
        CASE WHEN zone = 'ss00065' THEN p.ss00065 ELSE p.ss00070 END AS prescripteur,
        CASE WHEN zone = 'ss00065' THEN p.ss00065_qual ELSE p.ss00070_qual END AS code,
        CASE WHEN recent = 'prescription' THEN p.ss00155 ELSE p.ss00015 END AS jour,
        CASE WHEN p.ss00050 < 0 THEN -1 ELSE 1 END AS ligne,
        coalesce(p.ss00050, 0) AS quantite,
        CASE WHEN m.cnk IS NOT NULL THEN coalesce(p.ss00050, 0) ELSE 0 END AS retenue
    FROM main.pharmanet AS p
    LEFT JOIN medicaments AS m ON m.cnk = ltrim(p.ss00135, '0')
    WHERE p.ss00015 BETWEEN make_date(annee, 1, 1) AND make_date(annee, 12, 31)
      AND (corrections = 'deduire' OR p.ss00050 IS NULL OR p.ss00050 >= 0)
), par_code AS (
    SELECT
        lignes.prescripteur, lignes.code, count(*) AS presence, sum(lignes.retenue) AS retenue,
        sum(CASE WHEN frequence = 'conditionnements' THEN lignes.quantite ELSE lignes.ligne END) AS poids,
        max(lignes.jour) AS jour
    FROM lignes
    WHERE lignes.prescripteur IS NOT NULL
    GROUP BY lignes.prescripteur, lignes.code
), par_prescripteur AS (
    SELECT
        c.prescripteur, c.code,
        sum(c.presence) OVER (PARTITION BY c.prescripteur) AS presence,
        sum(c.retenue) OVER (PARTITION BY c.prescripteur) AS retenue
    FROM par_code AS c
    QUALIFY row_number() OVER (
        PARTITION BY c.prescripteur
        ORDER BY c.code IS NULL, c.poids DESC, c.jour DESC NULLS LAST, c.code
    ) = 1
)
SELECT
    t.prescripteur AS ss00070,
    annee AS annee,
    t.code AS qualification,
    q.categorie,
    CAST(t.presence AS BIGINT) AS lignes,
    CAST(t.retenue AS BIGINT) AS conditionnements,
    CASE
        WHEN t.retenue < seuil THEN 'volume'
        WHEN n.id IS NULL OR length(n.id) <> 8 OR left(n.id, 1) <> profession THEN 'profession'
        WHEN q.categorie IS NULL THEN 'qualification'
    END AS exclusion
FROM par_prescripteur AS t
LEFT JOIN epsql.ids_provider AS n ON n.num = t.prescripteur
LEFT JOIN (
    SELECT l.code, max(l.categorie) AS categorie FROM ref.qualifications AS l WHERE l.version = qualifications GROUP BY l.code
) AS q ON q.code = t.code
WHERE CASE
    WHEN NOT EXISTS (FROM ref.medicaments AS m WHERE m.version = liste) THEN error('no such version of the list medicaments')
    WHEN NOT EXISTS (FROM ref.qualifications AS l WHERE l.version = qualifications) THEN error('no such version of the list qualifications')
    ELSE TRUE
END
