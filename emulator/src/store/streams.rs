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
    /// The time in its sequence numbers.
    pub created: Timestamp,
    /// Number of the next record; the first has 1.
    pub counter_next: u64,
    /// Since when it has taken records.
    pub opened: Timestamp,
    /// Since when it has taken none.
    pub closed: Option<Timestamp>,
    /// The shard that it was split off from, or the first of the two that were merged.
    pub parent: Option<ShardId>,
    /// The second of the two that were merged.
    pub adjacent_parent: Option<ShardId>,
}

impl ShardRow {
    /// A shard without records or parents, open from its creation on.
    pub fn new(id: ShardId, hash_keys: HashKeyRange, created: Timestamp) -> Self {
        Self {
            id,
            hash_keys,
            created,
            counter_next: 1,
            opened: created,
            closed: None,
            parent: None,
            adjacent_parent: None,
        }
    }
}

/// The columns of a [`ShardRow`], in the order in which [`shard_row`] reads them.
macro_rules! select_shards {
    ($condition:literal) => {
        concat!(
            "SELECT shard_index, hash_key_start, hash_key_end, created_ms, counter_next, opened_ms, closed_ms, \
             parent_index, adjacent_parent_index FROM shards WHERE stream_id = ?1 ",
            $condition
        )
    };
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
        let sql = "INSERT INTO shards (stream_id, shard_index, hash_key_start, hash_key_end, created_ms, \
                   counter_next, opened_ms, closed_ms, parent_index, adjacent_parent_index) \
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
        self.sql.prepare_cached(sql)?.execute((
            stream,
            shard.id.index(),
            shard.hash_keys.start.0.to_be_bytes(),
            shard.hash_keys.end.0.to_be_bytes(),
            shard.created.as_millis(),
            shard.counter_next as i64,
            shard.opened.as_millis(),
            shard.closed.map(Timestamp::as_millis),
            shard.parent.map(ShardId::index),
            shard.adjacent_parent.map(ShardId::index),
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
        for table in ["shard_log", "shards", "streams"] {
            let sql = format!("DELETE FROM {table} WHERE stream_id = ?1");
            self.sql.prepare_cached(&sql)?.execute([stream])?;
        }
        Ok(())
    }

    /// All shards of a stream, by index, closed ones included.
    pub fn list_shards(&self, stream: i64) -> Result<Vec<ShardRow>> {
        let mut statement = self.sql.prepare_cached(select_shards!("ORDER BY shard_index"))?;
        let rows = statement.query_map([stream], shard_row)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// The shards of a stream that take records, by index.
    pub fn list_open_shards(&self, stream: i64) -> Result<Vec<ShardRow>> {
        let sql = select_shards!("AND closed_ms IS NULL ORDER BY shard_index");
        let mut statement = self.sql.prepare_cached(sql)?;
        let rows = statement.query_map([stream], shard_row)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// The shards that took over from a closed one, by index.
    pub fn list_children(&self, stream: i64, parent: ShardId) -> Result<Vec<ShardRow>> {
        let sql = select_shards!("AND ?2 IN (parent_index, adjacent_parent_index) ORDER BY shard_index");
        let mut statement = self.sql.prepare_cached(sql)?;
        let rows = statement.query_map((stream, parent.index()), shard_row)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// The index of a stream's next shard. The latest shard is always there, being open.
    pub fn next_shard_index(&self, stream: i64) -> Result<u32> {
        let sql = "SELECT coalesce(max(shard_index) + 1, 0) FROM shards WHERE stream_id = ?1";
        let mut statement = self.sql.prepare_cached(sql)?;
        Ok(statement.query_row([stream], |row| row.get(0))?)
    }

    /// Has a shard take no more records.
    pub fn close_shard(&self, stream: i64, shard: ShardId, at: Timestamp) -> Result<()> {
        let sql = "UPDATE shards SET closed_ms = ?3 \
                   WHERE stream_id = ?1 AND shard_index = ?2 AND closed_ms IS NULL";
        let values = (stream, shard.index(), at.as_millis());
        let closed = self.sql.prepare_cached(sql)?.execute(values)?;
        assert_eq!(closed, 1, "only open shards are closed");
        Ok(())
    }

    /// Sets how long the records of a stream are kept.
    pub fn set_retention(&self, stream: i64, hours: i64) -> Result<()> {
        let sql = "UPDATE streams SET retention_hours = ?2 WHERE stream_id = ?1";
        self.sql.prepare_cached(sql)?.execute((stream, hours))?;
        Ok(())
    }

    pub fn find_shard(&self, stream: i64, shard: ShardId) -> Result<Option<ShardRow>> {
        let sql = select_shards!("AND shard_index = ?2");
        let mut statement = self.sql.prepare_cached(sql)?;
        let row = statement.query_row((stream, shard.index()), shard_row);
        Ok(row.optional()?)
    }

    /// Number of shards that take records, of one stream or of all streams.
    pub fn count_open_shards(&self, stream: Option<i64>) -> Result<i64> {
        let sql = "SELECT count(*) FROM shards WHERE closed_ms IS NULL AND (?1 IS NULL OR stream_id = ?1)";
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
        opened: Timestamp::from_millis(row.get(5)?),
        closed: row.get::<_, Option<i64>>(6)?.map(Timestamp::from_millis),
        parent: row.get::<_, Option<u32>>(7)?.map(ShardId::new),
        adjacent_parent: row.get::<_, Option<u32>>(8)?.map(ShardId::new),
    })
}
