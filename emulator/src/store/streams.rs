//! Streams and their shards.

use rusqlite::{OptionalExtension, Row};

use super::{Result, Transaction};
use crate::kinesis::{HashKey, HashKeyRange, ShardId};
use crate::time::Timestamp;

/// A stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StreamRow {
    pub id: i64,
    pub name: String,
    pub created: Timestamp,
    pub mode: String,
    pub retention_hours: i64,
}

/// A shard of a stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ShardRow {
    pub id: ShardId,
    pub hash_keys: HashKeyRange,
    pub created: Timestamp,
    /// Number of the next record; the first has 1.
    pub counter_next: u64,
}

impl Transaction<'_> {
    pub fn insert_stream(&self, stream: &StreamRow) -> Result<i64> {
        let sql = "INSERT INTO streams (name, created_ms, mode, retention_hours) \
                   VALUES (?1, ?2, ?3, ?4)";
        let created = stream.created.as_millis();
        let values = (&stream.name, created, &stream.mode, stream.retention_hours);
        Ok(self.sql.prepare_cached(sql)?.insert(values)?)
    }

    pub fn insert_shard(&self, stream: i64, shard: &ShardRow) -> Result<()> {
        let sql = "INSERT INTO shards VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        self.sql.prepare_cached(sql)?.execute((
            stream,
            shard.id.index(),
            shard.hash_keys.start.0.to_be_bytes(),
            shard.hash_keys.end.0.to_be_bytes(),
            shard.created.as_millis(),
            shard.counter_next as i64,
        ))?;
        Ok(())
    }

    pub fn find_stream(&self, name: &str) -> Result<Option<StreamRow>> {
        let sql = "SELECT * FROM streams WHERE name = ?1";
        let mut statement = self.sql.prepare_cached(sql)?;
        Ok(statement.query_row([name], stream_row).optional()?)
    }

    /// Up to `limit` streams after the one named `after`, by name.
    pub fn list_streams(&self, after: &str, limit: usize) -> Result<Vec<StreamRow>> {
        let sql = "SELECT * FROM streams WHERE name > ?1 ORDER BY name LIMIT ?2";
        let mut statement = self.sql.prepare_cached(sql)?;
        let rows = statement.query_map((after, limit as i64), stream_row)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Deletes a stream with its shards and their records.
    pub fn delete_stream(&self, stream: i64) -> Result<()> {
        let sql = "DELETE FROM streams WHERE stream_id = ?1";
        self.sql.prepare_cached(sql)?.execute([stream])?;
        Ok(())
    }

    /// All shards of a stream, by index.
    pub fn list_shards(&self, stream: i64) -> Result<Vec<ShardRow>> {
        let sql = "SELECT shard_index, hash_key_start, hash_key_end, created_ms, counter_next \
                   FROM shards WHERE stream_id = ?1 ORDER BY shard_index";
        let mut statement = self.sql.prepare_cached(sql)?;
        let rows = statement.query_map([stream], shard_row)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    pub fn find_shard(&self, stream: i64, shard: ShardId) -> Result<Option<ShardRow>> {
        let sql = "SELECT shard_index, hash_key_start, hash_key_end, created_ms, counter_next \
                   FROM shards WHERE stream_id = ?1 AND shard_index = ?2";
        let mut statement = self.sql.prepare_cached(sql)?;
        let row = statement.query_row((stream, shard.index()), shard_row);
        Ok(row.optional()?)
    }

    /// Number of shards of one stream, or of all streams.
    pub fn count_shards(&self, stream: Option<i64>) -> Result<i64> {
        let sql = "SELECT count(*) FROM shards WHERE ?1 IS NULL OR stream_id = ?1";
        let mut statement = self.sql.prepare_cached(sql)?;
        Ok(statement.query_row([stream], |row| row.get(0))?)
    }
}

fn stream_row(row: &Row<'_>) -> rusqlite::Result<StreamRow> {
    Ok(StreamRow {
        id: row.get("stream_id")?,
        name: row.get("name")?,
        created: Timestamp::from_millis(row.get("created_ms")?),
        mode: row.get("mode")?,
        retention_hours: row.get("retention_hours")?,
    })
}

fn shard_row(row: &Row<'_>) -> rusqlite::Result<ShardRow> {
    Ok(ShardRow {
        id: ShardId::new(row.get(0)?),
        hash_keys: HashKeyRange {
            start: HashKey(u128::from_be_bytes(row.get(1)?)),
            end: HashKey(u128::from_be_bytes(row.get(2)?)),
        },
        created: Timestamp::from_millis(row.get(3)?),
        counter_next: row.get::<_, i64>(4)? as u64,
    })
}
