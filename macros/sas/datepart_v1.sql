-- @title.fr Date d’un nombre de secondes depuis le 1er janvier 1960, comme DATEPART de SAS
-- @title.nl Datum uit een aantal seconden sinds 1 januari 1960, zoals DATEPART van SAS
-- @title.en Date of a number of seconds since 1 January 1960, as DATEPART of SAS
-- @status published
-- @catalog be-aim
-- @valid ..
-- @basis SAS functions reference, DATEPART function
-- @param x DOUBLE : a SAS datetime value
-- @returns DATE attribute, nullable : the day
-- @uses sas.to_date_v1
-- @sas sha256:6173d077b252dd649419054e2cbe0671a69db8c3e1134c5520c89e4a686d98f5
-- @note Of a TIMESTAMP, CAST(x AS DATE) is the same.
CREATE OR REPLACE MACRO sas.datepart_v1(x DOUBLE) AS
sas.to_date_v1(floor(x / 86400))
