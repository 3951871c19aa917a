-- @title.fr Échantillon stratifié de prescripteurs
-- @title.nl Gestratificeerde steekproef van voorschrijvers
-- @title.en Stratified sample of prescribers
-- @status published
-- @catalog be-aim
-- @valid 2002-01-01..
-- @basis Deliberation 09/026, point 12, step 1, e: 10 % of the general practitioners, 5 % of every other specialty
-- @param annee INTEGER : calendar year in which the medicine was supplied (SS00015)
-- @param graine VARCHAR : the seed; the same seed draws the same prescribers
-- @param seuil INTEGER = 200 : as of selection.prescripteurs_v1
-- @param liste VARCHAR = '0.synthetique', version of medicaments : as of selection.prescripteurs_v1
-- @param taux VARCHAR = '2009', version of taux_echantillon : the rate of each category
-- @param arrondi VARCHAR = 'proche', in (proche, haut, bas) : how the size of a stratum's sample becomes whole: to the
--   nearest, a half up; up; down
-- @param qualifications VARCHAR = '2009', version of qualifications : as of selection.prescripteurs_v1
-- @param corrections VARCHAR = 'deduire', in (deduire, ignorer) : as of selection.prescripteurs_v1
-- @param frequence VARCHAR = 'lignes', in (lignes, conditionnements) : as of selection.prescripteurs_v1
-- @param recent VARCHAR = 'delivrance', in (delivrance, prescription) : as of selection.prescripteurs_v1
-- @param zone VARCHAR = 'ss00070', in (ss00070, ss00065) : as of selection.prescripteurs_v1
-- @param profession VARCHAR = '1' : as of selection.prescripteurs_v1
-- @column ss00070 INTEGER identifier of provider, owner : the prescriber
-- @column annee INTEGER attribute : the year asked for
-- @column categorie VARCHAR attribute, in taux_echantillon : the stratum
-- @column tire INTEGER attribute, in (0, 1) : 1 when drawn
-- @column poids DOUBLE amount, nullable : prescribers that a drawn one stands for: those of the stratum over those drawn;
--   NULL when not drawn
-- @zones pharmanet ss00015 ss00050 ss00065 ss00065_qual ss00070 ss00070_qual ss00135 ss00155
-- @list medicaments@0.synthetique
-- @list qualifications@2009
-- @list taux_echantillon@2009
-- @ids provider
-- @uses selection.prescripteurs_v1
-- @sas sha256:9bdc0445d8c8f9665db1a132d974b41d228184d9e68048a65aeba12de17b2778
-- @note One row for every prescriber that selection.prescripteurs_v1 keeps, with tire = 0 for those who were not drawn.
-- @note Drawn are the first of each stratum in the order of sha256(graine || ':' || number), the delivered number of
--   eight positions. Neither the order of rows or of deliveries, nor threads, nor the machine changes it, and a
--   prescriber who enters or leaves another stratum does not either.
-- @note The size is rate times stratum, exact in decimals, then rounded. No stratum gets a prescriber that rounding
--   does not give it: a stratum of 9 at 5 % has none, one of 10 has one.
-- @note Sizes of strata are no columns, because a row must not tell about others: count the rows, through the guard.
-- @note A category without a rate stops the query, because nobody of it could be drawn.
CREATE OR REPLACE MACRO selection.echantillon_v1(
    annee INTEGER, graine VARCHAR, seuil INTEGER := 200, liste VARCHAR := '0.synthetique', taux VARCHAR := '2009',
    arrondi VARCHAR := 'proche', qualifications VARCHAR := '2009', corrections VARCHAR := 'deduire',
    frequence VARCHAR := 'lignes', recent VARCHAR := 'delivrance', zone VARCHAR := 'ss00070', profession VARCHAR := '1'
) AS TABLE
WITH strates AS (
    SELECT
        p.ss00070, p.categorie,
        count(*) OVER (PARTITION BY p.categorie) AS effectif,
        row_number() OVER (PARTITION BY p.categorie ORDER BY sha256(graine || ':' || n.id), n.id) AS rang
    FROM selection.prescripteurs_v1(
        annee, seuil := seuil, liste := liste, qualifications := qualifications, corrections := corrections,
        frequence := frequence, recent := recent, zone := zone, profession := profession
    ) AS p
    JOIN epsql.ids_provider AS n ON n.num = p.ss00070
    WHERE p.exclusion IS NULL
), tailles AS (
    SELECT
        s.ss00070, s.categorie, s.effectif, s.rang,
        CAST(CASE
            WHEN r.part IS NULL THEN error('a category has no sampling rate')
            WHEN arrondi = 'haut' THEN ceil(s.effectif * r.part)
            WHEN arrondi = 'bas' THEN floor(s.effectif * r.part)
            ELSE floor(s.effectif * r.part + 0.5)
        END AS BIGINT) AS taille
    FROM strates AS s
    LEFT JOIN (
        SELECT l.code, max(l.part) AS part FROM ref.taux_echantillon AS l WHERE l.version = taux GROUP BY l.code
    ) AS r ON r.code = s.categorie
)
SELECT
    t.ss00070,
    annee AS annee,
    t.categorie,
    CASE WHEN t.rang <= t.taille THEN 1 ELSE 0 END AS tire,
    CASE WHEN t.rang <= t.taille THEN CAST(t.effectif AS DOUBLE) / t.taille END AS poids
FROM tailles AS t
WHERE CASE
    WHEN NOT EXISTS (FROM ref.taux_echantillon AS l WHERE l.version = taux) THEN error('no such version of the list taux_echantillon')
    WHEN graine IS NULL THEN error('the sample has no seed')
    ELSE TRUE
END
