//! Queues, how far each has handed out its stream, and the records that are not acknowledged.

use rusqlite::{OptionalExtension, Row};

use super::{Result, Transaction};
use crate::kinesis::ShardId;
use crate::time::Timestamp;

/// A queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct QueueRow {
    pub id: String,
    pub name: String,
    pub created: Timestamp,
    pub status: String,
    /// The stream it reads.
    pub stream: i64,
    pub stream_name: String,
    pub stream_created: Timestamp,
    pub start_type: String,
    /// Where it began, as far as that is a time.
    pub start: Timestamp,
    /// It hands out nothing that arrived before.
    pub cutoff: Timestamp,
    pub visibility_secs: i64,
    /// `None`: nothing becomes a dead letter.
    pub max_receives: Option<i64>,
}

/// A record that a queue handed out and that is not acknowledged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct QueueRecordRow {
    pub shard: ShardId,
    pub counter: u64,
    pub arrival: Timestamp,
    pub first_received: Timestamp,
    /// From when on it can be received.
    pub visible: Timestamp,
    /// How often it was received, since it was restored if ever.
    pub receives: i64,
    /// How often it was received at all.
    pub deliveries: i64,
    /// Whether it is a dead letter.
    pub is_dead: bool,
}

impl Transaction<'_> {
    pub fn insert_queue(&self, queue: &QueueRow) -> Result<()> {
        let sql = "INSERT INTO queues VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)";
        self.sql.prepare_cached(sql)?.execute((
            &queue.id,
            &queue.name,
            queue.created.as_millis(),
            &queue.status,
            queue.stream,
            &queue.stream_name,
            queue.stream_created.as_millis(),
            &queue.start_type,
            queue.start.as_millis(),
            queue.cutoff.as_millis(),
            queue.visibility_secs,
            queue.max_receives,
        ))?;
        Ok(())
    }

    pub fn find_queue(&self, id: &str) -> Result<Option<QueueRow>> {
        let mut statement = self.sql.prepare_cached("SELECT * FROM queues WHERE queue_id = ?1")?;
        let row = statement.query_row([id], |row| Ok(queue_row(row)));
        row.optional()?.transpose()
    }

    pub fn queue_name_exists(&self, name: &str) -> Result<bool> {
        Ok(self.sql.prepare_cached("SELECT 1 FROM queues WHERE name = ?1")?.exists([name])?)
    }

    /// Number of the queues on a stream.
    pub fn count_queues(&self, stream: i64) -> Result<i64> {
        let mut statement = self.sql.prepare_cached("SELECT count(*) FROM queues WHERE stream_id = ?1")?;
        Ok(statement.query_row([stream], |row| row.get(0))?)
    }

    /// All queues after the one named `after`, by name.
    pub fn list_queues(&self, after: &str) -> Result<Vec<QueueRow>> {
        let mut statement = self.sql.prepare_cached("SELECT * FROM queues WHERE name > ?1 ORDER BY name")?;
        let mut rows = statement.query([after])?;
        let mut queues = Vec::new();
        while let Some(row) = rows.next()? {
            queues.push(queue_row(row)?);
        }
        Ok(queues)
    }

    /// Stores what can change in a queue.
    pub fn update_queue(&self, queue: &QueueRow) -> Result<()> {
        let sql = "UPDATE queues SET visibility_secs = ?2, max_receives = ?3 WHERE queue_id = ?1";
        let values = (&queue.id, queue.visibility_secs, queue.max_receives);
        self.sql.prepare_cached(sql)?.execute(values)?;
        Ok(())
    }

    /// Deletes a queue and all it knows of records.
    pub fn delete_queue(&self, id: &str) -> Result<()> {
        for table in ["queue_records", "queue_shards", "queues"] {
            let sql = format!("DELETE FROM {table} WHERE queue_id = ?1");
            self.sql.prepare_cached(&sql)?.execute([id])?;
        }
        Ok(())
    }

    /// Number of the first record of a shard that a queue has never handed out.
    pub fn queue_position(&self, queue: &str, shard: ShardId) -> Result<u64> {
        let sql = "SELECT counter_next FROM queue_shards WHERE queue_id = ?1 AND shard_index = ?2";
        let mut statement = self.sql.prepare_cached(sql)?;
        let position = statement.query_row((queue, shard.index()), |row| row.get::<_, i64>(0));
        Ok(position.optional()?.map_or(1, |counter| counter as u64))
    }

    pub fn set_queue_position(&self, queue: &str, shard: ShardId, counter: u64) -> Result<()> {
        let sql = "INSERT OR REPLACE INTO queue_shards VALUES (?1, ?2, ?3)";
        self.sql.prepare_cached(sql)?.execute((queue, shard.index(), counter as i64))?;
        Ok(())
    }

    /// Forgets the records of a queue that arrived before `cutoff`.
    pub fn expire_queue_records(&self, queue: &str, cutoff: Timestamp) -> Result<()> {
        let sql = "DELETE FROM queue_records WHERE queue_id = ?1 AND arrival_ms < ?2";
        self.sql.prepare_cached(sql)?.execute((queue, cutoff.as_millis()))?;
        Ok(())
    }

    /// Makes dead letters of the records that are visible at `now` and were received `max_receives` times.
    pub fn bury_queue_records(&self, queue: &str, max_receives: i64, now: Timestamp) -> Result<()> {
        let sql = "UPDATE queue_records SET is_dead = 1 \
                   WHERE queue_id = ?1 AND is_dead = 0 AND receives >= ?2 AND visible_ms <= ?3";
        self.sql.prepare_cached(sql)?.execute((queue, max_receives, now.as_millis()))?;
        Ok(())
    }

    /// Up to `limit` records of a shard that are visible at `now`, by number: dead letters or the others.
    pub fn visible_queue_records(
        &self,
        queue: &str,
        shard: ShardId,
        is_dead: bool,
        now: Timestamp,
        limit: usize,
    ) -> Result<Vec<QueueRecordRow>> {
        let sql = "SELECT * FROM queue_records WHERE queue_id = ?1 AND shard_index = ?2 AND is_dead = ?3 \
                   AND visible_ms <= ?4 ORDER BY counter LIMIT ?5";
        let mut statement = self.sql.prepare_cached(sql)?;
        let values = (queue, shard.index(), is_dead, now.as_millis(), limit as i64);
        let rows = statement.query_map(values, queue_record_row)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    pub fn find_queue_record(
        &self,
        queue: &str,
        shard: ShardId,
        counter: u64,
    ) -> Result<Option<QueueRecordRow>> {
        let sql = "SELECT * FROM queue_records WHERE queue_id = ?1 AND shard_index = ?2 AND counter = ?3";
        let mut statement = self.sql.prepare_cached(sql)?;
        let row = statement.query_row((queue, shard.index(), counter as i64), queue_record_row);
        Ok(row.optional()?)
    }

    /// Stores a record in place of what was known of it.
    pub fn upsert_queue_record(&self, queue: &str, record: &QueueRecordRow) -> Result<()> {
        let sql = "INSERT OR REPLACE INTO queue_records VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
        self.sql.prepare_cached(sql)?.execute((
            queue,
            record.shard.index(),
            record.counter as i64,
            record.arrival.as_millis(),
            record.first_received.as_millis(),
            record.visible.as_millis(),
            record.receives,
            record.deliveries,
            record.is_dead,
        ))?;
        Ok(())
    }

    pub fn delete_queue_record(&self, queue: &str, shard: ShardId, counter: u64) -> Result<()> {
        let sql = "DELETE FROM queue_records WHERE queue_id = ?1 AND shard_index = ?2 AND counter = ?3";
        self.sql.prepare_cached(sql)?.execute((queue, shard.index(), counter as i64))?;
        Ok(())
    }
}

fn queue_row(row: &Row<'_>) -> Result<QueueRow> {
    Ok(QueueRow {
        id: row.get("queue_id")?,
        name: row.get("name")?,
        created: Timestamp::from_millis(row.get("created_ms")?),
        status: row.get("status")?,
        stream: row.get("stream_id")?,
        stream_name: row.get("stream_name")?,
        stream_created: Timestamp::from_millis(row.get("stream_created_ms")?),
        start_type: row.get("start_type")?,
        start: Timestamp::from_millis(row.get("start_ms")?),
        cutoff: Timestamp::from_millis(row.get("cutoff_ms")?),
        visibility_secs: row.get("visibility_secs")?,
        max_receives: row.get("max_receives")?,
    })
}

fn queue_record_row(row: &Row<'_>) -> rusqlite::Result<QueueRecordRow> {
    Ok(QueueRecordRow {
        shard: ShardId::new(row.get("shard_index")?),
        counter: row.get::<_, i64>("counter")? as u64,
        arrival: Timestamp::from_millis(row.get("arrival_ms")?),
        first_received: Timestamp::from_millis(row.get("first_received_ms")?),
        visible: Timestamp::from_millis(row.get("visible_ms")?),
        receives: row.get("receives")?,
        deliveries: row.get("deliveries")?,
        is_dead: row.get("is_dead")?,
    })
}
