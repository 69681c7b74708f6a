-- Channels deliver what comes into a stream to a bucket; queues hand it out record by record.
-- The stream's name and time of creation are repeated: a description needs no more of the stream than these.

-- settings is the JSON form of kinesis/channels/settings.rs.
CREATE TABLE channels (
    channel_id        TEXT PRIMARY KEY,
    name              TEXT NOT NULL UNIQUE,
    created_ms        INTEGER NOT NULL,
    status            TEXT NOT NULL,
    status_reason     TEXT,
    stream_id         INTEGER NOT NULL,
    stream_name       TEXT NOT NULL,
    stream_created_ms INTEGER NOT NULL,
    freshness_secs    INTEGER NOT NULL,
    settings          TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- counter_next is the first record of a shard that is not delivered. A shard without a row is delivered from its
-- first record on: it is younger than the channel.
CREATE TABLE channel_shards (
    channel_id   TEXT NOT NULL,
    shard_index  INTEGER NOT NULL,
    counter_next INTEGER NOT NULL,
    PRIMARY KEY (channel_id, shard_index)
) STRICT, WITHOUT ROWID;

-- start_ms is where the queue began, cutoff_ms a time before which no record is handed out.
-- max_receives is null where nothing becomes a dead letter.
CREATE TABLE queues (
    queue_id          TEXT PRIMARY KEY,
    name              TEXT NOT NULL UNIQUE,
    created_ms        INTEGER NOT NULL,
    status            TEXT NOT NULL,
    stream_id         INTEGER NOT NULL,
    stream_name       TEXT NOT NULL,
    stream_created_ms INTEGER NOT NULL,
    start_type        TEXT NOT NULL,
    start_ms          INTEGER NOT NULL,
    cutoff_ms         INTEGER NOT NULL,
    visibility_secs   INTEGER NOT NULL,
    max_receives      INTEGER
) STRICT, WITHOUT ROWID;

-- counter_next is the first record of a shard that was never handed out; a shard without a row begins at 1.
CREATE TABLE queue_shards (
    queue_id     TEXT NOT NULL,
    shard_index  INTEGER NOT NULL,
    counter_next INTEGER NOT NULL,
    PRIMARY KEY (queue_id, shard_index)
) STRICT, WITHOUT ROWID;

-- Records that were handed out and are not acknowledged. Acknowledging removes the row, so a record below the mark of
-- its shard without a row is done with. `receives` starts again when a dead letter is restored, `deliveries` never.
CREATE TABLE queue_records (
    queue_id          TEXT NOT NULL,
    shard_index       INTEGER NOT NULL,
    counter           INTEGER NOT NULL,
    arrival_ms        INTEGER NOT NULL,
    first_received_ms INTEGER NOT NULL,
    visible_ms        INTEGER NOT NULL,
    receives          INTEGER NOT NULL,
    deliveries        INTEGER NOT NULL,
    is_dead           INTEGER NOT NULL CHECK (is_dead IN (0, 1)),
    PRIMARY KEY (queue_id, shard_index, counter)
) STRICT, WITHOUT ROWID;
