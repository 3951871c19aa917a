-- @title.fr Puissance, comme ** de SAS
-- @title.nl Macht, zoals ** van SAS
-- @title.en Power, as ** of SAS
-- @status published
-- @catalog be-aim
-- @valid ..
-- @basis SAS language reference: concepts, arithmetic operators; missing where the power does not exist
-- @param x DOUBLE : the base
-- @param y DOUBLE : the exponent
-- @returns DOUBLE attribute, nullable : the power
-- @sas sha256:fd4056c9eb3f980194de3fb42c7a5639ab15174fe3ad257c3a946827dd9058c2
-- @note 0 to a negative power, a negative number to a power that is not whole, and what is too large for a number are
--   missing.
CREATE OR REPLACE MACRO sas.power_v1(x DOUBLE, y DOUBLE) AS
CASE WHEN isfinite(pow(x, y)) THEN pow(x, y) END
