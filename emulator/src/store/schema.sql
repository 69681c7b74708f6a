-- The whole state of an emulator except the bodies of objects.
-- Times are milliseconds since 1970-01-01 UTC. Every operation asks for the stream, bucket or table it works on, so no
-- foreign keys ask a second time; and without them a whole table is emptied in one step.

CREATE TABLE emulator (
    singleton  INTEGER PRIMARY KEY CHECK (singleton = 1),
    ids_minted INTEGER NOT NULL
) STRICT;
INSERT INTO emulator VALUES (1, 0);

CREATE TABLE streams (
    stream_id       INTEGER PRIMARY KEY AUTOINCREMENT,
    name            TEXT NOT NULL UNIQUE,
    created_ms      INTEGER NOT NULL,
    mode            TEXT NOT NULL CHECK (mode IN ('PROVISIONED', 'ON_DEMAND')),
    retention_hours INTEGER NOT NULL
) STRICT;

-- Hash keys are 16 bytes, big-endian. counter_next numbers the shard's next record, from 1.
CREATE TABLE shards (
    stream_id      INTEGER NOT NULL,
    shard_index    INTEGER NOT NULL,
    hash_key_start BLOB NOT NULL,
    hash_key_end   BLOB NOT NULL,
    created_ms     INTEGER NOT NULL,
    counter_next   INTEGER NOT NULL,
    PRIMARY KEY (stream_id, shard_index)
) STRICT, WITHOUT ROWID;

-- One row per shard and call that put records into it: its records, numbered from counter_first
-- to counter_last, arrived at one time. The form of `records` is in kinesis/record_block.rs.
CREATE TABLE shard_log (
    block_id      INTEGER PRIMARY KEY,
    stream_id     INTEGER NOT NULL,
    shard_index   INTEGER NOT NULL,
    counter_first INTEGER NOT NULL,
    counter_last  INTEGER NOT NULL,
    arrival_ms    INTEGER NOT NULL,
    records       BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX shard_log_by_counter ON shard_log (stream_id, shard_index, counter_last);
CREATE INDEX shard_log_by_arrival ON shard_log (stream_id, shard_index, arrival_ms);

CREATE TABLE buckets (
    name       TEXT PRIMARY KEY,
    created_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- user_metadata is a JSON object of texts.
CREATE TABLE objects (
    bucket        TEXT NOT NULL,
    key           TEXT NOT NULL,
    body_id       INTEGER NOT NULL,
    size_bytes    INTEGER NOT NULL,
    e_tag         TEXT NOT NULL,
    modified_ms   INTEGER NOT NULL,
    content_type  TEXT NOT NULL,
    user_metadata TEXT NOT NULL,
    PRIMARY KEY (bucket, key)
) STRICT, WITHOUT ROWID;

-- Bodies too small to be worth a file of their own.
CREATE TABLE small_bodies (
    body_id INTEGER PRIMARY KEY,
    body    BLOB NOT NULL
) STRICT;

-- `input` is the JSON form of Glue's DatabaseInput, TableInput or PartitionInput as it was given.
CREATE TABLE databases (
    name       TEXT PRIMARY KEY,
    created_ms INTEGER NOT NULL,
    input      TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE tables (
    database_name TEXT NOT NULL,
    name          TEXT NOT NULL,
    created_ms    INTEGER NOT NULL,
    updated_ms    INTEGER NOT NULL,
    version       INTEGER NOT NULL,
    input         TEXT NOT NULL,
    PRIMARY KEY (database_name, name)
) STRICT, WITHOUT ROWID;

-- partition_values is a JSON list of texts.
CREATE TABLE partitions (
    partition_id     INTEGER PRIMARY KEY AUTOINCREMENT,
    database_name    TEXT NOT NULL,
    table_name       TEXT NOT NULL,
    partition_values TEXT NOT NULL,
    created_ms       INTEGER NOT NULL,
    input            TEXT NOT NULL,
    UNIQUE (database_name, table_name, partition_values)
) STRICT;
