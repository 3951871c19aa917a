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
    previous   VARCHAR   NOT NULL,
    hash       VARCHAR   NOT NULL
);
