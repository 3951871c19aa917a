-- What studies keep in the workspace: steps, one table study.s_<key> each, and how
-- long their parts took.
CREATE SCHEMA IF NOT EXISTS study;
CREATE TABLE IF NOT EXISTS epsql.study_kept (
    key     VARCHAR NOT NULL, -- hex SHA-256 of macro, arguments, lists and deliveries
    macro   VARCHAR NOT NULL,
    call    VARCHAR NOT NULL, -- the macro with its arguments
    kept_at TIMESTAMP NOT NULL,
    used_at TIMESTAMP NOT NULL -- by a run
);
CREATE TABLE IF NOT EXISTS epsql.study_times (
    part    VARCHAR PRIMARY KEY, -- a step's macro, or study/output
    rows    BIGINT NOT NULL,     -- of the deliveries that it depends on
    seconds DOUBLE NOT NULL
);
