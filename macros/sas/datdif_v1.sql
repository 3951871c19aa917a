-- @title.fr Nombre de jours entre deux dates, comme DATDIF de SAS
-- @title.nl Aantal dagen tussen twee datums, zoals DATDIF van SAS
-- @title.en Days between two dates, as DATDIF of SAS
-- @status published
-- @catalog be-aim
-- @valid ..
-- @basis SAS functions reference, DATDIF function, method of calculation for day count basis (30/360)
-- @param debut DATE : from
-- @param fin DATE : to
-- @param base VARCHAR = 'ACT/ACT' : ACT/ACT, ACT/360 and ACT/365 count days, 30/360 months of 30 days
-- @returns BIGINT attribute, nullable : the days, negative when fin is before debut
-- @sas sha256:88ff79eb1963b72df9364b477850d723bd14aeb2bb3b004760a494ad454ec35a
-- @note 30/360, in the order of the documentation: a last day of February becomes the 30th (fin too when debut is
--   one), fin = 31 becomes 30 when debut is 30 or 31, debut = 31 becomes 30. SAS treats ends of February so for
--   securities that follow the end-of-month rule; it has no argument for others.
CREATE OR REPLACE MACRO sas.datdif_v1(debut DATE, fin DATE, base VARCHAR := 'ACT/ACT') AS
CASE
    WHEN NOT (isfinite(debut) AND isfinite(fin)) THEN NULL
    WHEN upper(base) IN ('ACT/ACT', 'ACTUAL', 'ACT/360', 'ACT/365') THEN CAST(fin - debut AS BIGINT)
    WHEN upper(base) IN ('30/360', '360')
        THEN 360 * (year(fin) - year(debut)) + 30 * (month(fin) - month(debut))
            + CASE WHEN month(debut) = 2 AND debut = last_day(debut) AND month(fin) = 2 AND fin = last_day(fin) THEN 30
                WHEN day(fin) = 31 AND (day(debut) >= 30 OR month(debut) = 2 AND debut = last_day(debut)) THEN 30
                ELSE day(fin) END
            - CASE WHEN debut = last_day(debut) THEN 30 ELSE day(debut) END
END
