-- The workspace's own tables. Identifier tables (epsql.ids_<unit>) and data
-- tables are made from the catalogue.
CREATE SCHEMA epsql;
CREATE SCHEMA ref;

CREATE TABLE epsql.workspace (
    key   VARCHAR PRIMARY KEY,
    value VARCHAR NOT NULL
);

-- One row per table and delivery, kept when a later version replaces it.
CREATE TABLE epsql.deliveries (
    id          INTEGER NOT NULL,
    table_name  VARCHAR NOT NULL,
    key         VARCHAR NOT NULL, -- the delivery without its version; '' when the whole table is one
    version     INTEGER NOT NULL,
    insurer     VARCHAR,
    period      VARCHAR,
    file        VARCHAR NOT NULL,
    size        BIGINT  NOT NULL,
    hash        VARCHAR NOT NULL, -- hex SHA-256 of the file's bytes
    format      VARCHAR NOT NULL,
    encoding    VARCHAR NOT NULL,
    rows        BIGINT  NOT NULL,
    rejects     BIGINT  NOT NULL,
    loaded_at   TIMESTAMP NOT NULL,
    replaced_by INTEGER
);

-- Bad rows. The value stays here: no message ever carries it.
CREATE TABLE epsql.rejects (
    delivery INTEGER NOT NULL,
    line     BIGINT  NOT NULL,
    zone     VARCHAR, -- NULL when the whole line is at fault
    value    VARCHAR,
    reason   VARCHAR NOT NULL
);
