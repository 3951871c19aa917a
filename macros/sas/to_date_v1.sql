-- @title.fr Date d’un nombre de jours depuis le 1er janvier 1960
-- @title.nl Datum uit een aantal dagen sinds 1 januari 1960
-- @title.en Date of a number of days since 1 January 1960
-- @status published
-- @catalog be-aim
-- @valid ..
-- @basis SAS language reference: concepts, SAS date values: days since 1 January 1960, from 1582 to 19900
-- @param x DOUBLE : a SAS date value
-- @returns DATE attribute, nullable : the day
-- @sas sha256:dbc3e194e1ce6575e7b3c2f868d022ca4200b1be8ef619f1a25d71339dfac701
-- @note Dates in SAS data sets that epsql loads are DATE already; this is for numbers in programs.
-- @note A time of day behind the point does not count. Below 1 January 1582 and above 31 December 19900 there are no
--   SAS dates.
CREATE OR REPLACE MACRO sas.to_date_v1(x DOUBLE) AS
CASE WHEN x BETWEEN -138061 AND 6552530 THEN DATE '1960-01-01' + CAST(trunc(x) AS INTEGER) END
