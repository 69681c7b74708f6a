//! Deduplication: the first row of each key passes, at once.
//!
//! Source: `StreamingDeduplicateExec`, `StreamingDeduplicateWithinWatermarkExec` (Spark 3.5.4).

use arrow::array::ArrayRef;
use wavetank_engine::batch::RecordId;
use wavetank_engine::error::Result;
use wavetank_engine::ledger::{KeptRow, LossReason};
use wavetank_engine::plan::{Column, ColumnId};

use super::rows::{Key, Row, key_of, time_of};
use super::tree::Turn;
use super::watermarks::{event_time_column, is_passed};

/// The keys seen.
#[derive(Debug, Clone)]
pub(super) struct Dedup {
    /// Positions of the columns that make a key.
    keys: Vec<usize>,
    /// Position of the event time, in the key or not.
    time: Option<usize>,
    /// How long a key is remembered after its first row's time, in microseconds (`dropDuplicatesWithinWatermark`);
    /// `None` for a key that is forgotten at the time that is part of it.
    delay: Option<i64>,
    seen: Vec<Seen>,
}

/// A key that a row has passed with.
#[derive(Debug, Clone)]
struct Seen {
    key: Key,
    /// Of the row.
    record: RecordId,
    /// When it is forgotten; `None`: never.
    until: Option<i64>,
}

impl Dedup {
    pub(super) fn new(keys: &[ColumnId], within_watermark: bool, columns: &[Column]) -> Result<Self> {
        let position = |key: &ColumnId| columns.iter().position(|column| column.id == *key);
        let time = event_time_column(columns)?;
        let delay = time.and_then(|time| columns[time].delay).map_or(0, |delay| delay.millis * 1000);
        Ok(Self {
            keys: keys.iter().filter_map(position).collect(),
            time,
            delay: within_watermark.then_some(delay),
            seen: vec![],
        })
    }

    pub(super) fn name(&self) -> &'static str {
        if self.delay.is_some() { "dedupeWithinWatermark" } else { "dedupe" }
    }

    /// The rows whose keys are remembered.
    pub(super) fn kept(&self) -> Vec<KeptRow> {
        let kept = self.seen.iter().map(|seen| KeptRow {
            record: seen.record,
            operator: self.name(),
            event_time: None,
            matched: true,
        });
        kept.collect()
    }

    pub(super) fn run(&mut self, rows: Vec<Row>, turn: &mut Turn<'_>) -> Result<Vec<Row>> {
        let (mut passed, mut duplicates) = (Vec::new(), 0);
        for row in rows {
            let time = self.time.and_then(|at| time_of(&row.values[at]));
            if turn.drops_late(&row, time) {
                turn.counts.rows_dropped_by_watermark += 1;
                continue;
            }
            let values: Vec<ArrayRef> = self.keys.iter().map(|at| row.values[*at].clone()).collect();
            let key = key_of(&values)?;
            if self.seen.iter().any(|seen| seen.key == key) {
                duplicates += 1;
                turn.lose(&row, LossReason::Duplicate);
                continue;
            }
            self.seen.push(Seen { key, record: row.record, until: self.until(time) });
            turn.counts.rows_updated += 1;
            passed.push(row);
        }
        let before = self.seen.len();
        self.seen.retain(|seen| !is_passed(seen.until, turn.watermarks.eviction));
        turn.counts.rows_removed = (before - self.seen.len()) as u64;
        turn.counts.rows_total = self.seen.len() as u64;
        turn.counts.dropped_duplicates = Some(duplicates);
        Ok(passed)
    }

    /// When a key is forgotten whose first row has this time.
    fn until(&self, time: Option<i64>) -> Option<i64> {
        match self.delay {
            // A null time is read as the epoch.
            Some(delay) => Some(time.unwrap_or(0) + delay),
            None => time.filter(|_| self.time.is_some_and(|at| self.keys.contains(&at))),
        }
    }
}
