-- Steps of studies that are kept in the workspace: one table study.s_<key> each.
CREATE SCHEMA IF NOT EXISTS study;
CREATE TABLE IF NOT EXISTS epsql.study_steps (
    key     VARCHAR NOT NULL, -- hex SHA-256 of macro, arguments, lists and deliveries
    macro   VARCHAR NOT NULL,
    sources VARCHAR NOT NULL,    -- hex SHA-256 of the deliveries that it was computed from
    kept_at TIMESTAMP NOT NULL
);
