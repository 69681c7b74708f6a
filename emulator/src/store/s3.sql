-- S3 with versions, uploads in parts and documents of buckets. Owners are account ids; an empty one is the emulator's own.

ALTER TABLE buckets ADD COLUMN owner TEXT NOT NULL DEFAULT '';
ALTER TABLE buckets ADD COLUMN region TEXT NOT NULL DEFAULT '';
-- Enabled, Suspended, or NULL when it never was either.
ALTER TABLE buckets ADD COLUMN versioning TEXT;
ALTER TABLE buckets ADD COLUMN object_lock INTEGER NOT NULL DEFAULT 0;

-- What a bucket is configured with, as JSON; `kind` is the sub-resource. Some kinds have one per id.
CREATE TABLE bucket_documents (
    bucket   TEXT NOT NULL,
    kind     TEXT NOT NULL,
    id       TEXT NOT NULL,
    document TEXT NOT NULL,
    PRIMARY KEY (bucket, kind, id)
) STRICT, WITHOUT ROWID;

ALTER TABLE objects RENAME TO objects_before_versions;

-- Every version of every key. `rank` orders the versions of a key, newest first: the current one has the least integer
-- there is, the others rise with their age. A delete marker has no body. `pieces` is a JSON list of [body, offset,
-- length] for content that lies in bodies of other names. `attributes` is a JSON object: store/object_attributes.rs.
CREATE TABLE objects (
    bucket      TEXT NOT NULL,
    key         TEXT NOT NULL,
    rank        INTEGER NOT NULL,
    version_id  TEXT NOT NULL,
    body_id     INTEGER,
    pieces      TEXT,
    size_bytes  INTEGER NOT NULL,
    e_tag       TEXT NOT NULL,
    modified_ms INTEGER NOT NULL,
    attributes  TEXT NOT NULL,
    PRIMARY KEY (bucket, key, rank)
) STRICT, WITHOUT ROWID;

INSERT INTO objects
SELECT bucket, key, -9223372036854775808, 'null', body_id, NULL, size_bytes, trim(e_tag, '"'), modified_ms,
       json_object('content_type', content_type, 'user_metadata', json(user_metadata))
FROM objects_before_versions;
DROP TABLE objects_before_versions;

-- Uploads in parts that are neither completed nor aborted. `attributes` is what the object will have.
CREATE TABLE uploads (
    bucket       TEXT NOT NULL,
    key          TEXT NOT NULL,
    upload_id    TEXT NOT NULL,
    initiated_ms INTEGER NOT NULL,
    attributes   TEXT NOT NULL,
    PRIMARY KEY (bucket, key, upload_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE parts (
    upload_id   TEXT NOT NULL,
    part_number INTEGER NOT NULL,
    body_id     INTEGER NOT NULL,
    pieces      TEXT,
    size_bytes  INTEGER NOT NULL,
    e_tag       TEXT NOT NULL,
    modified_ms INTEGER NOT NULL,
    checksums   TEXT NOT NULL,
    PRIMARY KEY (upload_id, part_number)
) STRICT, WITHOUT ROWID;

-- Uploads that were completed, so that completing one again answers the same.
CREATE TABLE completed_uploads (
    upload_id  TEXT PRIMARY KEY,
    bucket     TEXT NOT NULL,
    key        TEXT NOT NULL,
    version_id TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- How many pieces lie in a body's file, where it is more than one.
CREATE TABLE shared_bodies (
    body_id INTEGER PRIMARY KEY,
    pieces  INTEGER NOT NULL
) STRICT;

-- What happened to objects and was told to somebody: delivered events wait here for whom they are for.
CREATE TABLE object_events (
    event_id    INTEGER PRIMARY KEY AUTOINCREMENT,
    target      TEXT NOT NULL,
    occurred_ms INTEGER NOT NULL,
    event       TEXT NOT NULL
) STRICT;
CREATE INDEX object_events_by_target ON object_events (target, event_id);
