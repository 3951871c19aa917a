-- @title.fr Nombre de jours depuis le 1er janvier 1960
-- @title.nl Aantal dagen sinds 1 januari 1960
-- @title.en Days since 1 January 1960
-- @status published
-- @catalog be-aim
-- @valid ..
-- @basis SAS language reference: concepts, SAS date values: days since 1 January 1960
-- @param jour DATE : the day
-- @returns DOUBLE attribute, nullable : the SAS date value
-- @sas sha256:ee5bf6ee52fe19dbe73c041bbf574ce2d0e2bc0a97dd7d3daab1f2c051540b97
-- @note For programs that compute with the number itself, int(date / 7) for example.
CREATE OR REPLACE MACRO sas.from_date_v1(jour DATE) AS
CASE WHEN isfinite(jour) THEN CAST(jour - DATE '1960-01-01' AS DOUBLE) END
