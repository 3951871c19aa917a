-- @title.fr Graine du flux RANUNI de SAS après n tirages
-- @title.nl Seed van de RANUNI-stroom van SAS na n trekkingen
-- @title.en Seed of the RANUNI stream of SAS after n numbers
-- @status published
-- @catalog be-aim
-- @valid ..
-- @basis SAS language reference, CALL RANUNI: prime modulus multiplicative generator, modulus 2**31-1, multiplier
--   397204094 (Fishman and Moore 1982)
-- @param graine BIGINT : the first seed, from 1 to 2147483646
-- @param n BIGINT : how many numbers were drawn, from 0 to 2147483646, after which the stream begins again
-- @returns BIGINT attribute, nullable : the seed that CALL RANUNI leaves behind
-- @sas sha256:a33a69b14c4bb50f6c7474be695ba89ec5723cee79d97409f82e8365cf59f2d3
-- @note Each number multiplies the seed: after n it is graine * 397204094 ** n mod 2147483647. The statement multiplies the
--   powers 1, 2, 4 ... of the multiplier that n is made of, so that any n costs the same: about two
--   seconds for a million rows.
-- @note It orders rows exactly as the number itself does (sas.ranuni_v1), without a rounding: sort on it.
-- @note SAS takes the clock for a seed of 0 or less, which cannot be redrawn: it is NULL here.
-- @note It never stops with an error: an error on a person's row would tell that there is such a person.
CREATE OR REPLACE MACRO sas.ranuni_etat_v1(graine BIGINT, n BIGINT) AS
CASE
    WHEN graine BETWEEN 1 AND 2147483646 AND n BETWEEN 0 AND 2147483646 THEN graine
        * CASE WHEN n & 1 = 0 THEN 1 ELSE 397204094 END % 2147483647
        * CASE WHEN n & 2 = 0 THEN 1 ELSE 2083249653 END % 2147483647
        * CASE WHEN n & 4 = 0 THEN 1 ELSE 557054349 END % 2147483647
        * CASE WHEN n & 8 = 0 THEN 1 ELSE 1141799280 END % 2147483647
        * CASE WHEN n & 16 = 0 THEN 1 ELSE 638219178 END % 2147483647
        * CASE WHEN n & 32 = 0 THEN 1 ELSE 1087922795 END % 2147483647
        * CASE WHEN n & 64 = 0 THEN 1 ELSE 1530915056 END % 2147483647
        * CASE WHEN n & 128 = 0 THEN 1 ELSE 1528881182 END % 2147483647
        * CASE WHEN n & 256 = 0 THEN 1 ELSE 1620396704 END % 2147483647
        * CASE WHEN n & 512 = 0 THEN 1 ELSE 1021411856 END % 2147483647
        * CASE WHEN n & 1024 = 0 THEN 1 ELSE 2133407802 END % 2147483647
        * CASE WHEN n & 2048 = 0 THEN 1 ELSE 423708158 END % 2147483647
        * CASE WHEN n & 4096 = 0 THEN 1 ELSE 1058703524 END % 2147483647
        * CASE WHEN n & 8192 = 0 THEN 1 ELSE 1633340689 END % 2147483647
        * CASE WHEN n & 16384 = 0 THEN 1 ELSE 4463193 END % 2147483647
        * CASE WHEN n & 32768 = 0 THEN 1 ELSE 33445677 END % 2147483647
        * CASE WHEN n & 65536 = 0 THEN 1 ELSE 1963167911 END % 2147483647
        * CASE WHEN n & 131072 = 0 THEN 1 ELSE 1184813436 END % 2147483647
        * CASE WHEN n & 262144 = 0 THEN 1 ELSE 930229822 END % 2147483647
        * CASE WHEN n & 524288 = 0 THEN 1 ELSE 1939266715 END % 2147483647
        * CASE WHEN n & 1048576 = 0 THEN 1 ELSE 1847626766 END % 2147483647
        * CASE WHEN n & 2097152 = 0 THEN 1 ELSE 920603075 END % 2147483647
        * CASE WHEN n & 4194304 = 0 THEN 1 ELSE 1921037896 END % 2147483647
        * CASE WHEN n & 8388608 = 0 THEN 1 ELSE 1345862238 END % 2147483647
        * CASE WHEN n & 16777216 = 0 THEN 1 ELSE 146086957 END % 2147483647
        * CASE WHEN n & 33554432 = 0 THEN 1 ELSE 726893488 END % 2147483647
        * CASE WHEN n & 67108864 = 0 THEN 1 ELSE 1451748343 END % 2147483647
        * CASE WHEN n & 134217728 = 0 THEN 1 ELSE 1719705018 END % 2147483647
        * CASE WHEN n & 268435456 = 0 THEN 1 ELSE 625158081 END % 2147483647
        * CASE WHEN n & 536870912 = 0 THEN 1 ELSE 705385912 END % 2147483647
        * CASE WHEN n & 1073741824 = 0 THEN 1 ELSE 1750279553 END % 2147483647
END
