-- @title.fr Rang du premier argument égal à x, 0 sans
-- @title.nl Rang van het eerste argument dat gelijk is aan x, 0 als er geen is
-- @title.en Which argument is the first to equal x, 0 for none
-- @status published
-- @catalog be-aim
-- @valid ..
-- @basis SAS functions reference, WHICHN function
-- @param x DOUBLE : what is looked for
-- @param liste DOUBLE[] : where, as a list: [a, b, c]
-- @returns BIGINT attribute, nullable : its place, from 1 on
-- @sas sha256:6efdcc1567ead7df9e52abc55cb6e89707f12648445783a7d5fceffcd13486eb
-- @note A missing x gives missing, even when an argument is missing too.
CREATE OR REPLACE MACRO sas.whichn_v1(x DOUBLE, liste DOUBLE[]) AS
CASE WHEN x IS NOT NULL THEN CAST(coalesce(list_position(liste, x), 0) AS BIGINT) END
