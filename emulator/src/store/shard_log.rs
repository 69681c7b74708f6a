//! The records of shards, in blocks: one block per shard and call.
//!
//! A call's records for a shard arrived together and are numbered in a row, so one row holds them
//! all. That makes a call of 500 records cost a few rows instead of 500. Where all bodies are held in memory, a block's
//! records are one of them and its row has the id: readers share them instead of copying them out of the database.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use bytes::Bytes;
use rusqlite::Row;

use super::{BodyId, Result, Transaction};
use crate::kinesis::ShardId;
use crate::time::Timestamp;

/// Records of one shard that arrived together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LogBlock {
    /// Number of the first record; the others follow without a gap.
    pub counter_first: u64,
    /// Number of the last record.
    pub counter_last: u64,
    pub arrival: Timestamp,
    /// See [`crate::kinesis::record_block`].
    pub records: Bytes,
}

impl Transaction<'_> {
    /// Appends a block to a shard, whose next record is numbered after it.
    pub fn append_block(&mut self, stream: i64, shard: ShardId, block: LogBlock) -> Result<()> {
        assert!(block.counter_first <= block.counter_last);
        let records = match self.holds_bodies() {
            true => Bytes::copy_from_slice(&self.keep_bytes(block.records)?.0.to_le_bytes()),
            false => block.records,
        };
        let sql = "INSERT INTO shard_log \
                   (stream_id, shard_index, counter_first, counter_last, arrival_ms, records) \
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        self.sql.prepare_cached(sql)?.execute((
            stream,
            shard.index(),
            block.counter_first as i64,
            block.counter_last as i64,
            block.arrival.as_millis(),
            &records[..],
        ))?;
        let sql = "UPDATE shards SET counter_next = ?3 \
                   WHERE stream_id = ?1 AND shard_index = ?2 AND counter_next = ?4";
        let next = block.counter_last as i64 + 1;
        let values = (stream, shard.index(), next, block.counter_first as i64);
        let updated = self.sql.prepare_cached(sql)?.execute(values)?;
        assert_eq!(updated, 1, "a block starts at the shard's next number");
        Ok(())
    }

    /// Removes the blocks of a shard that arrived before `cutoff`.
    pub fn trim_shard(&mut self, stream: i64, shard: ShardId, cutoff: Timestamp) -> Result<()> {
        let values = (stream, shard.index(), cutoff.as_millis());
        self.delete_blocks("stream_id = ?1 AND shard_index = ?2 AND arrival_ms < ?3", values)
    }

    /// Removes what a stream holds from before `cutoff`: records, and shards that were closed by then.
    pub fn trim_stream(&mut self, stream: i64, cutoff: Timestamp) -> Result<()> {
        let values = (stream, cutoff.as_millis());
        self.delete_blocks("stream_id = ?1 AND arrival_ms < ?2", values)?;
        // A shard's last record is no later than its end.
        let sql = "DELETE FROM shards WHERE stream_id = ?1 AND closed_ms < ?2";
        self.sql.prepare_cached(sql)?.execute(values)?;
        Ok(())
    }

    /// Removes the blocks for which a condition holds.
    pub(super) fn delete_blocks(&mut self, condition: &str, values: impl rusqlite::Params) -> Result<()> {
        let sql = format!("DELETE FROM shard_log WHERE {condition}");
        if !self.holds_bodies() {
            self.sql.prepare_cached(&sql)?.execute(values)?;
            return Ok(());
        }
        let mut statement = self.sql.prepare_cached(&format!("{sql} RETURNING records"))?;
        let ids = statement.query_map(values, |row| Ok(BodyId(u64::from_le_bytes(row.get(0)?))))?;
        self.changes.unreferenced.extend(ids.collect::<rusqlite::Result<Vec<_>>>()?);
        Ok(())
    }

    /// The records of a block, which are in a column of its row.
    fn records(&self, row: &Row<'_>, column: usize) -> Result<Bytes> {
        match self.holds_bodies() {
            true => Ok(self.held_body(BodyId(u64::from_le_bytes(row.get(column)?)))?.whole()),
            false => Ok(row.get::<_, Vec<u8>>(column)?.into()),
        }
    }

    /// Visits the blocks of a shard in order until `visit` breaks: those with a record numbered
    /// `counter` or later that arrived at `cutoff` or later.
    pub fn visit_blocks(
        &self,
        stream: i64,
        shard: ShardId,
        counter: u64,
        cutoff: Timestamp,
        mut visit: impl FnMut(LogBlock) -> ControlFlow<()>,
    ) -> Result<()> {
        let sql = "SELECT counter_first, counter_last, arrival_ms, records FROM shard_log \
                   WHERE stream_id = ?1 AND shard_index = ?2 AND counter_last >= ?3 \
                   AND +arrival_ms >= ?4 ORDER BY counter_last";
        let mut statement = self.sql.prepare_cached(sql)?;
        let counter = i64::try_from(counter).unwrap_or(i64::MAX);
        let mut rows = statement.query((stream, shard.index(), counter, cutoff.as_millis()))?;
        while let Some(row) = rows.next()? {
            let block = LogBlock {
                counter_first: row.get::<_, i64>(0)? as u64,
                counter_last: row.get::<_, i64>(1)? as u64,
                arrival: Timestamp::from_millis(row.get(2)?),
                records: self.records(row, 3)?,
            };
            if visit(block).is_break() {
                break;
            }
        }
        Ok(())
    }

    /// How many records of each shard arrived at `cutoff` or later; shards without any are left out.
    pub fn count_records(&self, stream: i64, cutoff: Timestamp) -> Result<BTreeMap<ShardId, u64>> {
        let sql = "SELECT shard_index, sum(counter_last - counter_first + 1) FROM shard_log \
                   WHERE stream_id = ?1 AND arrival_ms >= ?2 GROUP BY shard_index";
        let mut statement = self.sql.prepare_cached(sql)?;
        let rows = statement.query_map((stream, cutoff.as_millis()), |row| {
            Ok((ShardId::new(row.get(0)?), row.get::<_, i64>(1)? as u64))
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Number of the first record of a shard that arrived at `time` or later.
    pub fn first_counter_at(&self, stream: i64, shard: ShardId, time: Timestamp) -> Result<Option<u64>> {
        let sql = "SELECT min(counter_first) FROM shard_log \
                   WHERE stream_id = ?1 AND shard_index = ?2 AND arrival_ms >= ?3";
        let mut statement = self.sql.prepare_cached(sql)?;
        let values = (stream, shard.index(), time.as_millis());
        let counter: Option<i64> = statement.query_row(values, |row| row.get(0))?;
        Ok(counter.map(|counter| counter as u64))
    }
}
