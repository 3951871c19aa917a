-- @title.fr Anniversaire selon YRDIF de SAS avec AGE
-- @title.nl Verjaardag volgens YRDIF van SAS met AGE
-- @title.en The birthday that YRDIF of SAS with AGE counts from
-- @status published
-- @catalog be-aim
-- @valid ..
-- @basis SAS functions reference, YRDIF function, basis AGE
-- @param naissance DATE : the day of birth
-- @returns DATE attribute, nullable : that day, or 28 February for 29 February
-- @sas sha256:7efff7c5729efea6d2983e117b23c12cd59b2ce7d5ff94f7f059b84be5941089
-- @note Written for sas.age_v1, which uses it.
CREATE OR REPLACE MACRO sas.birthday_v1(naissance DATE) AS
naissance - CAST(month(naissance) = 2 AND day(naissance) = 29 AS INTEGER)
