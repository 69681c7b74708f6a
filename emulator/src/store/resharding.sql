-- Shards that are split or merged stay, closed, as long as the stream keeps what they hold.
-- opened_ms is when a shard began to take records; created_ms is the time in its sequence numbers, which
-- for a child is later, so that its numbers come after those of its parents.
ALTER TABLE shards ADD COLUMN opened_ms INTEGER NOT NULL DEFAULT 0;
UPDATE shards SET opened_ms = created_ms;
ALTER TABLE shards ADD COLUMN closed_ms INTEGER;
ALTER TABLE shards ADD COLUMN parent_index INTEGER;
ALTER TABLE shards ADD COLUMN adjacent_parent_index INTEGER;
