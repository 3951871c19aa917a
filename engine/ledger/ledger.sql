-- What was answered, one row per query, chained by hash.
CREATE TABLE IF NOT EXISTS epsql.ledger (
    number     BIGINT    NOT NULL,
    answered   TIMESTAMP NOT NULL,
    user_name  VARCHAR   NOT NULL,
    channel    VARCHAR   NOT NULL,
    query      VARCHAR   NOT NULL, -- literals redacted
    plan_hash  VARCHAR   NOT NULL,
    catalogue  VARCHAR   NOT NULL,
    macros     VARCHAR   NOT NULL, -- JSON list of name@hash
    deliveries VARCHAR   NOT NULL,
    cells      BIGINT    NOT NULL,
    masked     BIGINT    NOT NULL,
    release    VARCHAR   NOT NULL, -- JSON; empty for what counts for no comparison
    previous   VARCHAR   NOT NULL,
    hash       VARCHAR   NOT NULL
);

-- The persons behind released cells, each set once: a compressed bitmap of the
-- dense numbers of a unit.
CREATE TABLE IF NOT EXISTS epsql.contributors (
    hash    VARCHAR NOT NULL, -- hex SHA-256 over unit, numbers and amounts
    unit    VARCHAR NOT NULL,
    members BLOB    NOT NULL,
    amounts BLOB               -- what each contributes, as varints; NULL when it is 1
);

-- Which sets an entry released, and the smallest number of persons that it could show.
CREATE TABLE IF NOT EXISTS epsql.released (
    entry     BIGINT  NOT NULL,
    hash      VARCHAR NOT NULL,
    threshold INTEGER NOT NULL
);
