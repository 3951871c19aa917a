-- @title.fr Tarif préférentiel, du troisième chiffre de CT1
-- @title.nl Voorkeurtarief, uit het derde cijfer van CG1
-- @title.en Preferential rate, from the third digit of CT1
-- @status published
-- @catalog be-aim
-- @valid 2002-01-01..
-- @basis Deliberation 09/026, annex 1a: the third digit of the holder code CT1 (SS00095, PP0030)
-- @param ct1 VARCHAR : holder code CT1 (PP0030 or SS00095)
-- @returns INTEGER attribute, nullable, in (0, 1) : 1 preferential rate, 0 none, NULL when the code is missing or its
--   third digit has no known meaning
-- @sas sha256:fbec7ca01ad614426368b08efc263525e43d78bf409f1c89bbab6975f74e99d2
-- @note Other third digits occur in deliveries: they give NULL, because a guess would hide them.
-- @note A code that lost its leading zeros is read as if it had them: 0, written for persons who are not in order, is no
--   preferential rate.
CREATE OR REPLACE MACRO population.tarif_preferentiel_v1(ct1 VARCHAR) AS
CASE
    WHEN regexp_full_match(trim(ct1), '[0-9]{0,2}1') THEN 1
    WHEN regexp_full_match(trim(ct1), '[0-9]{0,2}0') THEN 0
END
