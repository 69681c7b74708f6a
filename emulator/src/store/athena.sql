-- Athena. What a client sees is kept as the JSON of its typed form; the columns beside it are what is searched by.

-- number counts executions as they are submitted. request_token is what a client repeats a call with.
-- hidden is the JSON of athena/execution.rs that no client sees.
CREATE TABLE executions (
    number        INTEGER PRIMARY KEY AUTOINCREMENT,
    execution_id  TEXT NOT NULL UNIQUE,
    work_group    TEXT NOT NULL,
    state         TEXT NOT NULL,
    request_token TEXT UNIQUE,
    query         TEXT NOT NULL,
    execution     TEXT NOT NULL,
    hidden        TEXT NOT NULL
) STRICT;

CREATE INDEX executions_by_state ON executions (state, number);
CREATE INDEX executions_by_work_group ON executions (work_group, number);

CREATE TABLE work_groups (
    name       TEXT PRIMARY KEY,
    work_group TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE named_queries (
    query_id      TEXT PRIMARY KEY,
    work_group    TEXT NOT NULL,
    request_token TEXT UNIQUE,
    named_query   TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE prepared_statements (
    work_group TEXT NOT NULL,
    name       TEXT NOT NULL,
    statement  TEXT NOT NULL,
    PRIMARY KEY (work_group, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE data_catalogs (
    name         TEXT PRIMARY KEY,
    data_catalog TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- assignments is null until a client assigns work groups.
CREATE TABLE capacity_reservations (
    name        TEXT PRIMARY KEY,
    reservation TEXT NOT NULL,
    assignments TEXT
) STRICT, WITHOUT ROWID;
