//! Deduplication (`dedupe`, `dedupeWithinWatermark`): the first row of each key passes, at once.
//!
//! Schema: unchanged. State: the keys seen, with the record id of the row that passed. Late rows are dropped if the
//! input has an event-time column at all. A key is forgotten when the watermark reaches its event time, if that is
//! part of the key; within the watermark, when it reaches the first row's time plus the watermark's delay. Else
//! keys are kept for ever.
//!
//! Null is a value of a key, and minus zero is another one than zero, unlike in groups and joins. Within the watermark a null time counts as the epoch.
//!
//! Source: `StreamingDeduplicateExec`, `StreamingDeduplicateWithinWatermarkExec` (Spark 3.5.4).

use std::sync::Arc;

use arrow::array::types::{Int64Type, UInt64Type};
use arrow::array::{Array, ArrayRef, UInt32Array, cast::AsArray};
use arrow::compute::{take, take_record_batch};
use arrow::record_batch::RecordBatch;

use super::late::{drop_late, event_time_column, event_times};
use super::state::{KeyedRows, Keys, exact, exact_type, find_slots, group_rows, hash, in_time_order};
use super::{Extent, Side, StateChange, StateTable, StatefulOperator};
use crate::batch::{BatchContext, Inputs, Output, RecordId, record_ids, row_schema};
use crate::error::Result;
use crate::ledger::{KeptRow, Loss, LossReason};
use crate::plan::{Column, ColumnId, Expr};
use crate::seeded_bug::SeededBug;
use crate::session::Session;

/// When a key is forgotten.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Expiry {
    Never,
    /// When the watermark reaches the time in this column of the input, which is part of the key.
    AtTime {
        column: usize,
    },
    /// When it reaches the time in this column of the input plus a delay in microseconds.
    AfterDelay {
        column: usize,
        delay_micros: i64,
    },
}

pub(super) struct Deduplicate {
    name: &'static str,
    keys: Keys,
    event_time: Option<usize>,
    expiry: Expiry,
    /// Key columns, record id, and the time at which each is due.
    seen: KeyedRows,
    /// Number of key columns.
    width: usize,
}

impl Deduplicate {
    /// Keys for ever, or until the watermark passes the event time in the key.
    pub(super) fn new(keys: &[ColumnId], input: &[Column], session: &Session) -> Result<Self> {
        let event_time = event_time_column(input)?;
        let in_key = event_time.filter(|at| keys.contains(&input[*at].id));
        let expiry = in_key.map_or(Expiry::Never, |column| Expiry::AtTime { column });
        Self::build("dedupe", keys, input, event_time, expiry, session)
    }

    /// Keys until the watermark passes their first row's time plus the watermark's delay.
    pub(super) fn within_watermark(keys: &[ColumnId], input: &[Column], session: &Session) -> Result<Self> {
        let event_time = event_time_column(input)?;
        let expiry = event_time.map_or(Expiry::Never, |column| Expiry::AfterDelay {
            column,
            delay_micros: input[column].delay.map_or(0, |delay| delay.millis.saturating_mul(1000)),
        });
        Self::build("dedupeWithinWatermark", keys, input, event_time, expiry, session)
    }

    fn build(
        name: &'static str,
        keys: &[ColumnId],
        input: &[Column],
        event_time: Option<usize>,
        expiry: Expiry,
        session: &Session,
    ) -> Result<Self> {
        let columns: Vec<Column> =
            keys.iter().filter_map(|id| input.iter().find(|c| c.id == *id)).cloned().collect();
        let exprs: Vec<Expr> = columns.iter().map(Column::reference).collect();
        let mut stored = columns.clone();
        stored.iter_mut().for_each(|column| column.data_type = exact_type(&column.data_type));
        stored.push(Column::due());
        Ok(Self {
            name,
            keys: Keys::new(exprs.iter(), input, session)?,
            event_time,
            expiry,
            seen: KeyedRows::new(row_schema(&stored)),
            width: columns.len(),
        })
    }

    /// The time at which each row's key is forgotten.
    fn due(&self, rows: &RecordBatch) -> Vec<Option<i64>> {
        let (column, delay) = match self.expiry {
            Expiry::Never => return vec![None; rows.num_rows()],
            Expiry::AtTime { column } => (column, None),
            Expiry::AfterDelay { column, delay_micros } => (column, Some(delay_micros)),
        };
        let times = event_times(rows.column(column));
        let due = |row: usize| match (times.is_valid(row), delay) {
            (true, delay) => Some(times.value(row).saturating_add(delay.unwrap_or(0))),
            (false, delay) => delay,
        };
        (0..rows.num_rows()).map(due).collect()
    }

    fn remember(&mut self, rows: &RecordBatch, keys: Vec<ArrayRef>, hashes: &[u64]) -> Result<()> {
        let due = self.due(rows);
        let mut arrays = keys;
        arrays.push(Arc::new(arrow::array::Int64Array::from(due.clone())));
        arrays.push(Arc::new(record_ids(rows).clone()));
        let stored = RecordBatch::try_new(Arc::clone(self.seen.schema()), arrays)?;
        self.seen.insert(stored, hashes, &vec![false; hashes.len()], &in_time_order(due.into_iter()))?;
        Ok(())
    }

    /// Hands the first row of each new key on, and remembers the key.
    fn pass(&mut self, input: RecordBatch, ctx: &mut BatchContext<'_>, out: &mut Output<'_>) -> Result<()> {
        let input = match self.event_time {
            Some(times) => drop_late(input, times, self.name, ctx)?,
            None => input,
        };
        let (input, keys) = self.keys.extend(input)?;
        let keys = exact(keys);
        let hashes = hash(&keys, input.num_rows())?;
        let groups = group_rows(&keys, &hashes)?;
        let first = UInt32Array::from(groups.first_rows);
        let first_keys = keys.iter().map(|key| Ok(take(key, &first, None)?)).collect::<Result<Vec<_>>>()?;
        let first_hashes: Vec<u64> = first.values().iter().map(|row| hashes[*row as usize]).collect();
        let stored = self.stored_keys();
        let seen = find_slots(&first_keys, &first_hashes, &mut self.seen, &stored)?;
        let new: Vec<u32> = (0..seen.len() as u32).filter(|group| seen[*group as usize].is_none()).collect();
        let rows: Vec<u32> = new.iter().map(|group| first.value(*group as usize)).collect();
        report_duplicates(&input, &rows, self.name, ctx);
        if rows.is_empty() {
            return Ok(());
        }
        let new = UInt32Array::from(new);
        let new_keys = first_keys.iter().map(|key| Ok(take(key, &new, None)?)).collect::<Result<Vec<_>>>()?;
        let new_hashes: Vec<u64> = new.values().iter().map(|group| first_hashes[*group as usize]).collect();
        let passed = take_record_batch(&input, &UInt32Array::from(rows))?;
        ctx.state.rows_updated += new_hashes.len() as u64;
        self.remember(&passed, new_keys, &new_hashes)?;
        out(passed)
    }

    fn stored_keys(&self) -> Vec<usize> {
        (0..self.width).collect()
    }
}

impl StatefulOperator for Deduplicate {
    fn name(&self) -> &'static str {
        self.name
    }

    fn keys(&self) -> Vec<String> {
        self.keys.names().to_vec()
    }

    fn process(
        &mut self,
        _: Side,
        inputs: Inputs<'_>,
        ctx: &mut BatchContext<'_>,
        out: &mut Output<'_>,
    ) -> Result<()> {
        inputs.batches(ctx.parallelism)?.into_iter().try_for_each(|input| self.pass(input, ctx, out))
    }

    fn finish(&mut self, ctx: &mut BatchContext<'_>, _: &mut Output<'_>) -> Result<()> {
        if !ctx.makes(SeededBug::DedupNeverForgets) {
            let evicted = self.seen.evict(ctx.watermarks.eviction.micros(), |_, _| Ok(()))?;
            ctx.state.rows_removed += evicted as u64;
        }
        ctx.state.rows_total = self.seen.len() as u64;
        // Reported even when nothing came by.
        ctx.state.dropped_duplicates.get_or_insert(0);
        Ok(())
    }

    fn kept(&self) -> Vec<KeptRow> {
        let kept = self.seen.kept().map(|(rows, row, _)| KeptRow {
            record: RecordId::unpack(rows.column(self.width + 1).as_primitive::<UInt64Type>().value(row)),
            operator: self.name,
            event_time: None,
            matched: true,
        });
        kept.collect()
    }

    fn rows(&self) -> usize {
        self.seen.len()
    }

    fn bytes(&self) -> Result<usize> {
        Ok(self.seen.bytes())
    }

    fn evicts(&self) -> bool {
        true
    }

    fn save(&mut self, extent: Extent, _: usize) -> Result<Vec<StateTable<'_>>> {
        let saved = self.seen.start_saving(extent);
        Ok(vec![self.seen.save(saved, vec![])])
    }

    fn load(&mut self, tables: &[StateChange]) -> Result<()> {
        for table in tables {
            let keys: Vec<ArrayRef> = table.columns()[..self.width].to_vec();
            let hashes = hash(&keys, table.rows.num_rows())?;
            let due = table.columns()[self.width].as_primitive::<Int64Type>();
            self.seen.load(table, &hashes, &in_time_order(due.iter()))?;
        }
        Ok(())
    }
}

/// Every row but those that passed is a duplicate; `passed` are positions in ascending order.
fn report_duplicates(
    input: &RecordBatch,
    passed: &[u32],
    operator: &'static str,
    ctx: &mut BatchContext<'_>,
) {
    let ids = record_ids(input);
    let mut next = passed.iter().peekable();
    for row in 0..input.num_rows() {
        if next.next_if(|passed| **passed as usize == row).is_some() {
            continue;
        }
        *ctx.state.dropped_duplicates.get_or_insert(0) += 1;
        ctx.ledger.losses.push(Loss {
            record: RecordId::unpack(ids.value(row)),
            batch: ctx.batch,
            reason: LossReason::Duplicate,
            operator,
            event_time: None,
            watermark: None,
        });
    }
}
