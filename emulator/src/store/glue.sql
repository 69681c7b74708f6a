-- The rest of the Data Catalog and the Schema Registry. Whatever is called `input` or `statistics` is the JSON form of what
-- clients gave.

-- What a table said before it was updated; what it says now is in `tables`.
CREATE TABLE table_versions (
    database_name TEXT NOT NULL,
    table_name    TEXT NOT NULL,
    version       INTEGER NOT NULL,
    created_ms    INTEGER NOT NULL,
    updated_ms    INTEGER NOT NULL,
    input         TEXT NOT NULL,
    PRIMARY KEY (database_name, table_name, version)
) STRICT, WITHOUT ROWID;

CREATE TABLE partition_indexes (
    database_name TEXT NOT NULL,
    table_name    TEXT NOT NULL,
    name          TEXT NOT NULL,
    input         TEXT NOT NULL,
    PRIMARY KEY (database_name, table_name, name)
) STRICT, WITHOUT ROWID;

-- partition_values is a JSON list of texts, or empty for those of the table itself.
CREATE TABLE column_statistics (
    database_name    TEXT NOT NULL,
    table_name       TEXT NOT NULL,
    partition_values TEXT NOT NULL,
    column_name      TEXT NOT NULL,
    statistics       TEXT NOT NULL,
    PRIMARY KEY (database_name, table_name, partition_values, column_name)
) STRICT, WITHOUT ROWID;

CREATE TABLE functions (
    database_name TEXT NOT NULL,
    name          TEXT NOT NULL,
    created_ms    INTEGER NOT NULL,
    input         TEXT NOT NULL,
    PRIMARY KEY (database_name, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE connections (
    name       TEXT PRIMARY KEY,
    created_ms INTEGER NOT NULL,
    updated_ms INTEGER NOT NULL,
    input      TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE catalog_policies (
    resource   TEXT PRIMARY KEY,
    policy     TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    updated_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE registries (
    name        TEXT PRIMARY KEY,
    description TEXT,
    created_ms  INTEGER NOT NULL,
    updated_ms  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- version_next numbers the schema's next version, from 1; no number is given twice.
CREATE TABLE registry_schemas (
    registry      TEXT NOT NULL,
    name          TEXT NOT NULL,
    description   TEXT,
    data_format   TEXT NOT NULL,
    compatibility TEXT NOT NULL,
    checkpoint    INTEGER NOT NULL,
    version_next  INTEGER NOT NULL,
    created_ms    INTEGER NOT NULL,
    updated_ms    INTEGER NOT NULL,
    PRIMARY KEY (registry, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE schema_versions (
    version_id  TEXT PRIMARY KEY,
    registry    TEXT NOT NULL,
    schema_name TEXT NOT NULL,
    version     INTEGER NOT NULL,
    definition  TEXT NOT NULL,
    created_ms  INTEGER NOT NULL,
    UNIQUE (registry, schema_name, version)
) STRICT, WITHOUT ROWID;

CREATE TABLE schema_version_metadata (
    entry_id       INTEGER PRIMARY KEY AUTOINCREMENT,
    version_id     TEXT NOT NULL,
    metadata_key   TEXT NOT NULL,
    metadata_value TEXT NOT NULL,
    created_ms     INTEGER NOT NULL,
    UNIQUE (version_id, metadata_key, metadata_value)
) STRICT;
