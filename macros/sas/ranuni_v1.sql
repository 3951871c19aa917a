-- @title.fr Tirage n du flux RANUNI(graine) de SAS
-- @title.nl Trekking n van de stroom RANUNI(seed) van SAS
-- @title.en Number n of the stream RANUNI(seed) of SAS
-- @status published
-- @catalog be-aim
-- @valid ..
-- @basis SAS language reference, RANUNI function: prime modulus multiplicative generator, modulus 2**31-1, multiplier
--   397204094 (Fishman and Moore 1982)
-- @param graine BIGINT : the seed of the first call, from 1 to 2147483646
-- @param n BIGINT : which number of the stream, from 1 on
-- @returns DOUBLE attribute, nullable : the number, between 0 and 1
-- @uses sas.ranuni_etat_v1
-- @sas sha256:52331eb9a38b39fb0979bdf06760776771b1d17e0396491c141b37726d30c046
-- @note To draw a SAS sample again: the rows in the order in which SAS read them have n = 1, 2, 3 ...; sort on the number.
--   No two numbers of a stream are equal before 2147483646 of them were drawn, so there are no ties.
-- @note In a data step all calls of RANUNI, RANNOR, RANEXP ... share one stream, that of the first seed: with two calls of
--   RANUNI a row, row n has the numbers 2n - 1 and 2n. CALL RANUNI has a stream for each variable.
-- @note Compared with the ten numbers and seeds, five decimals, that the SAS language reference prints for the seeds 45 and
--   18. Whether SAS divides by 2**31-1 or multiplies by its inverse is not told: the last bit may differ, the order not.
CREATE OR REPLACE MACRO sas.ranuni_v1(graine BIGINT, n BIGINT) AS
CASE
    WHEN n < 1 THEN error('a stream has no number before its first')
    ELSE sas.ranuni_etat_v1(graine, n) / 2147483647
END
