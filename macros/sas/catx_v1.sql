-- @title.fr Textes sans blancs autour, séparés, comme CATX de SAS
-- @title.nl Teksten zonder blanco’s eromheen, gescheiden, zoals CATX van SAS
-- @title.en Texts without blanks around, separated, as CATX of SAS
-- @status published
-- @catalog be-aim
-- @valid ..
-- @basis SAS functions reference, CATX function
-- @param separateur VARCHAR : what stands between them
-- @param liste VARCHAR[] : the texts, as a list: [a, b, c]
-- @returns VARCHAR attribute, nullable : the text, NULL when blank
-- @sas sha256:d4dcec6d47304eb551b8ee303f98c4b497c95bb1401f9436764c0162a69c0679
-- @note SAS writes numbers with BEST12.: sas.catx_v1('-', [a, sas.best_v1(n)]).
-- @note A text has no blanks behind and a blank text is NULL, in what comes back; what is given may have them: SAS
--   fills its variables with blanks and takes them for nothing.
CREATE OR REPLACE MACRO sas.catx_v1(separateur VARCHAR, liste VARCHAR[]) AS
nullif(rtrim(substring(list_reduce(
    list_transform(list_filter(liste, lambda t: trim(t, ' ') <> ''), lambda t: coalesce(separateur, '') || trim(t, ' ')),
    lambda a, b: a || b, ''), length(coalesce(separateur, '')) + 1), ' '), '')
