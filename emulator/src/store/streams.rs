//! Streams and their shards.

use rusqlite::{OptionalExtension, Row};
use serde::Serialize;

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
    pub status: StreamStatus,
    /// The key that encrypts it; none when nothing does.
    pub key_id: Option<String>,
    pub shard_level_metrics: Vec<String>,
    /// Greatest record, in KiB.
    pub record_kib_max: i64,
    /// Throughput that was asked for ahead of its use, in MiB/s.
    pub warm_mibps: Option<i64>,
    /// `AUTO` or `USER_PARTITION_KEY`.
    pub distribution: String,
}

/// What a stream is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum StreamStatus {
    /// It has no shards yet.
    Creating,
    /// It will be gone.
    Deleting,
    /// It can be used and changed.
    Active,
    /// It can be used, and is being changed.
    Updating,
}

impl StreamStatus {
    /// As AWS writes it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Creating => "CREATING",
            Self::Deleting => "DELETING",
            Self::Active => "ACTIVE",
            Self::Updating => "UPDATING",
        }
    }

    fn parse(name: &str) -> Self {
        let all = [Self::Creating, Self::Deleting, Self::Updating];
        all.into_iter().find(|status| status.name() == name).unwrap_or(Self::Active)
    }
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

/// The columns of a [`StreamRow`], in the order in which [`stream_row`] reads them, and when its change is due.
macro_rules! select_streams {
    ($rest:literal) => {
        concat!(
            "SELECT stream_id, name, created_ms, mode, retention_hours, status, key_id, shard_level_metrics, \
             record_kib_max, warm_mibps, distribution, pending_until_ms, pending FROM streams ",
            $rest
        )
    };
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
        let sql = "INSERT INTO streams (name, created_ms, mode, retention_hours, record_kib_max, warm_mibps, \
                   distribution) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
        Ok(self.sql.prepare_cached(sql)?.insert((
            &stream.name,
            stream.created.as_millis(),
            &stream.mode,
            stream.retention_hours,
            stream.record_kib_max,
            stream.warm_mibps,
            &stream.distribution,
        ))?)
    }

    /// Writes everything about a stream but its name, its creation and its status.
    pub fn update_stream(&self, stream: &StreamRow) -> Result<()> {
        let sql = "UPDATE streams SET mode = ?2, retention_hours = ?3, key_id = ?4, shard_level_metrics = ?5, \
                   record_kib_max = ?6, warm_mibps = ?7, distribution = ?8 WHERE stream_id = ?1";
        self.sql.prepare_cached(sql)?.execute((
            stream.id,
            &stream.mode,
            stream.retention_hours,
            &stream.key_id,
            serde_json::to_string(&stream.shard_level_metrics)?,
            stream.record_kib_max,
            stream.warm_mibps,
            &stream.distribution,
        ))?;
        Ok(())
    }

    /// Has a stream show a status until a time, when a change will be done.
    pub fn set_pending(
        &self,
        stream: i64,
        status: StreamStatus,
        until: Timestamp,
        change: &str,
    ) -> Result<()> {
        let sql = "UPDATE streams SET status = ?2, pending_until_ms = ?3, pending = ?4 WHERE stream_id = ?1";
        self.sql.prepare_cached(sql)?.execute((stream, status.name(), until.as_millis(), change))?;
        Ok(())
    }

    /// Has a stream be active again.
    pub fn clear_pending(&self, stream: i64) -> Result<()> {
        let sql = "UPDATE streams SET status = 'ACTIVE', pending_until_ms = NULL, pending = NULL \
                   WHERE stream_id = ?1";
        self.sql.prepare_cached(sql)?.execute([stream])?;
        Ok(())
    }

    /// The first stream whose change is due at a time: itself, since when, and the change.
    pub fn first_pending(&self, now: Timestamp) -> Result<Option<(StreamRow, Timestamp, String)>> {
        let sql = select_streams!("WHERE pending_until_ms <= ?1 ORDER BY pending_until_ms LIMIT 1");
        let row = |row: &Row<'_>| Ok((stream_row(row)?, Timestamp::from_millis(row.get(11)?), row.get(12)?));
        Ok(self.sql.prepare_cached(sql)?.query_row([now.as_millis()], row).optional()?)
    }

    /// When the next change is due.
    pub fn next_pending(&self) -> Result<Option<Timestamp>> {
        let sql = "SELECT min(pending_until_ms) FROM streams";
        let next: Option<i64> = self.sql.prepare_cached(sql)?.query_row((), |row| row.get(0))?;
        Ok(next.map(Timestamp::from_millis))
    }

    /// Number of on-demand streams.
    pub fn count_on_demand_streams(&self) -> Result<i64> {
        let sql = "SELECT count(*) FROM streams WHERE mode = 'ON_DEMAND'";
        Ok(self.sql.prepare_cached(sql)?.query_row((), |row| row.get(0))?)
    }

    /// Notes that a stream is scaled, and answers how often it was since `since`, this time included.
    pub fn note_scaling(&self, stream: i64, now: Timestamp, since: Timestamp) -> Result<i64> {
        let sql = "DELETE FROM scalings WHERE stream_id = ?1 AND at_ms <= ?2";
        self.sql.prepare_cached(sql)?.execute((stream, since.as_millis()))?;
        let sql = "INSERT INTO scalings VALUES (?1, ?2)";
        self.sql.prepare_cached(sql)?.execute((stream, now.as_millis()))?;
        let sql = "SELECT count(*) FROM scalings WHERE stream_id = ?1";
        Ok(self.sql.prepare_cached(sql)?.query_row([stream], |row| row.get(0))?)
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
        let sql = select_streams!("WHERE name = ?1");
        let mut statement = self.sql.prepare_cached(sql)?;
        Ok(statement.query_row([name], stream_row).optional()?)
    }

    /// Up to `limit` streams after the one named `after`, by name.
    pub fn list_streams(&self, after: &str, limit: usize) -> Result<Vec<StreamRow>> {
        let sql = select_streams!("WHERE name > ?1 ORDER BY name LIMIT ?2");
        let mut statement = self.sql.prepare_cached(sql)?;
        let rows = statement.query_map((after, limit as i64), stream_row)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Deletes a stream with its shards, their records, and its consumers.
    pub fn delete_stream(&mut self, stream: i64) -> Result<()> {
        self.delete_blocks("stream_id = ?1", [stream])?;
        for table in ["shards", "consumers", "scalings", "streams"] {
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
        id: row.get(0)?,
        name: row.get(1)?,
        created: Timestamp::from_millis(row.get(2)?),
        mode: row.get(3)?,
        retention_hours: row.get(4)?,
        status: StreamStatus::parse(row.get_ref(5)?.as_str()?),
        key_id: row.get(6)?,
        shard_level_metrics: texts(row.get_ref(7)?.as_str()?),
        record_kib_max: row.get(8)?,
        warm_mibps: row.get(9)?,
        distribution: row.get(10)?,
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

/// The texts of a JSON list that was written here.
fn texts(json: &str) -> Vec<String> {
    match json {
        // What nearly every stream has.
        "[]" => Vec::new(),
        json => serde_json::from_str(json).unwrap_or_default(),
    }
}
