-- Life cycle and settings of streams, consumers, tags and policies.
-- status is what clients are shown until pending_until_ms, when `pending` (JSON) is done; both are NULL else.
ALTER TABLE streams ADD COLUMN status TEXT NOT NULL DEFAULT 'ACTIVE';
ALTER TABLE streams ADD COLUMN pending TEXT;
ALTER TABLE streams ADD COLUMN pending_until_ms INTEGER;
ALTER TABLE streams ADD COLUMN key_id TEXT;
-- A JSON list of texts.
ALTER TABLE streams ADD COLUMN shard_level_metrics TEXT NOT NULL DEFAULT '[]';
ALTER TABLE streams ADD COLUMN record_kib_max INTEGER NOT NULL DEFAULT 1024;
ALTER TABLE streams ADD COLUMN warm_mibps INTEGER;
ALTER TABLE streams ADD COLUMN distribution TEXT NOT NULL DEFAULT 'USER_PARTITION_KEY';

CREATE TABLE consumers (
    consumer_id INTEGER PRIMARY KEY AUTOINCREMENT,
    stream_id   INTEGER NOT NULL,
    name        TEXT NOT NULL,
    created_ms  INTEGER NOT NULL,
    UNIQUE (stream_id, name)
) STRICT;

-- Of any resource, by its ARN.
CREATE TABLE tags (
    resource TEXT NOT NULL,
    key      TEXT NOT NULL,
    value    TEXT NOT NULL,
    PRIMARY KEY (resource, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE resource_policies (
    resource TEXT PRIMARY KEY,
    policy   TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- When UpdateShardCount was called.
CREATE TABLE scalings (
    stream_id INTEGER NOT NULL,
    at_ms     INTEGER NOT NULL
) STRICT;

-- Settings of the account, as JSON.
CREATE TABLE account_settings (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
