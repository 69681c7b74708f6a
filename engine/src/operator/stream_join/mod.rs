//! Stream-stream join (`symmetricHashJoin`): each side waits in state for the other.
//!
//! Schema: left columns, then right columns (a left semi join: left columns only), then the record id of the left
//! row, of the right one where there is no left. Rows within a batch: left rows that the condition itself rules
//! out and matches of left input, the same of right input, then rows that leave without a match.
//!
//! Per batch all left input comes before any right input. A row at or before the late watermark is dropped and
//! reported. Any other row is joined with the rows that the *other* side keeps at that moment and then kept
//! itself, so a pair is emitted once, by whichever row came second. After the last input, rows at or before their
//! side's state watermark leave; a row can therefore match in the batch that evicts it. An outer join emits with
//! nulls what leaves without a match. A left semi join emits a left row at its first match and does not keep it.
//!
//! A left row is always kept; a right row that would leave in the same batch is not, unless it has to come out
//! with nulls (SPARK-49829).
//!
//! ```text
//! p.id = r.id AND r.t BETWEEN p.t AND p.t + 30 s, watermark 10:00:00
//! input                state after             output
//! p 1 10:00:10         p 1 10:00:10            -
//! r 1 10:00:41         p 1, r 1 10:00:41       -               31 s apart
//! r 1 10:00:40         p 1, r 1, r 1           p 1 r 1         30 s: the bound is inclusive
//! watermark 10:00:41   r 1 10:00:41            p 1 leaves: 10:00:10 <= 10:00:41 - 30 s - 1 ms
//! ```
//!
//! Bounded by the state watermarks ([`state_bound`]); a side that the condition does not bound is kept for ever.
//!
//! Source: `StreamingSymmetricHashJoinExec`, `SymmetricHashJoinStateManager` (Spark 3.5.4).

mod condition;
mod eviction;
mod matcher;
mod matching;
mod state_bound;

use std::sync::Arc;

use arrow::array::types::UInt64Type;
use arrow::array::{Array, ArrayRef, cast::AsArray};
use arrow::compute::filter_record_batch;
use arrow::record_batch::RecordBatch;

use super::late::event_times;
use super::state::{Evicted, KeyedRows, hash, in_time_order};
use super::{Extent, Side, StateChange, StateTable, StatefulOperator};
use crate::batch::{BatchContext, Inputs, Output, RecordId};
use crate::error::Result;
use crate::ledger::{KeptRow, Ledger, Loss, LossReason};
use crate::parallel;
use crate::progress::StateProgress;
use crate::seeded_bug::SeededBug;
use crate::watermark::Watermark;
pub(crate) use condition::split_condition;
pub(crate) use matcher::Matcher;
use matcher::{Incoming, JoinSide, Met, trace_unmatched, with_nulls};
pub(crate) use state_bound::StateBound;

const NAME: &str = "symmetricHashJoin";

/// The join of two streams.
pub(crate) struct StreamJoin {
    matcher: Matcher,
    /// What each side keeps.
    kept: [KeyedRows; 2],
}

impl StreamJoin {
    /// A join that keeps nothing yet.
    pub(crate) fn new(matcher: Matcher) -> Self {
        let kept = [0, 1].map(|side| KeyedRows::new(Arc::clone(&matcher.sides[side].stored)));
        Self { matcher, kept }
    }

    /// Both sides with what they keep.
    fn sides(&self) -> impl Iterator<Item = (&JoinSide, &KeyedRows)> {
        self.matcher.sides.iter().zip(&self.kept)
    }
}

/// Takes out what the watermark has passed. Returns the rows of an outer side that come out unmatched.
fn evict(side: &JoinSide, kept: &mut KeyedRows, ctx: &mut BatchContext<'_>) -> Result<Vec<RecordBatch>> {
    let mut out = Vec::new();
    let Some(bound) = side.eviction.state_watermark(ctx.watermarks.eviction) else { return Ok(out) };
    let beyond = if ctx.makes(SeededBug::EvictsBeyondTheBound) { 1000 } else { 0 };
    let all = side.outer && ctx.makes(SeededBug::OuterComesOutMatched);
    let evicted = kept.evict(bound.micros().saturating_add(beyond), |kept, rows| {
        let unmatched: Vec<Evicted> = rows.iter().filter(|row| all || !row.matched).copied().collect();
        match side.outer {
            _ if unmatched.is_empty() => {}
            false => report_unmatched(side, kept, &unmatched, ctx)?,
            true => {
                let rows = unmatched_rows(side, kept, &unmatched)?;
                trace_unmatched(side, &rows, ctx);
                out.push(rows);
            }
        }
        Ok(())
    })?;
    if !side.outer {
        ctx.state.rows_removed += evicted as u64;
    }
    Ok(out)
}

/// Rows of an outer side that leave, with their record ids.
fn unmatched_rows(side: &JoinSide, kept: &KeyedRows, unmatched: &[Evicted]) -> Result<RecordBatch> {
    let columns: Vec<usize> = (0..=side.width).collect();
    let arrays = kept.evicted_columns(&columns, unmatched)?;
    Ok(RecordBatch::try_new(Arc::new(kept.schema().project(&columns)?), arrays)?)
}

/// A side whose unmatched rows do not come out loses them here.
fn report_unmatched(
    side: &JoinSide,
    kept: &KeyedRows,
    unmatched: &[Evicted],
    ctx: &mut BatchContext<'_>,
) -> Result<()> {
    let ids = kept.evicted_columns(&[side.width], unmatched)?;
    let ids = ids[0].as_primitive::<UInt64Type>();
    ctx.ledger.losses.extend(unmatched.iter().zip(ids.values()).map(|(row, id)| Loss {
        record: RecordId::unpack(*id),
        batch: ctx.batch,
        reason: LossReason::EvictedUnmatched,
        operator: NAME,
        event_time: Some(row.time),
        watermark: Some(ctx.watermarks.eviction),
    }));
    Ok(())
}

impl StatefulOperator for StreamJoin {
    fn name(&self) -> &'static str {
        NAME
    }

    fn keys(&self) -> Vec<String> {
        self.matcher.sides.iter().flat_map(|side| side.keys.names().to_vec()).collect()
    }

    fn process(
        &mut self,
        side: Side,
        inputs: Inputs<'_>,
        ctx: &mut BatchContext<'_>,
        out: &mut Output<'_>,
    ) -> Result<()> {
        let (matcher, facts) = (&self.matcher, ctx.facts());
        let [left, right] = &mut self.kept;
        // All input meets what the other side keeps now.
        let (own, other) = if side == Side::Left { (left, &*right) } else { (right, &*left) };
        let meet = |input| matcher.meet(side, input, other, facts);
        inputs.for_each(facts.parallelism, meet, |met: Met| {
            ctx.ledger.append(met.ledger);
            ctx.state.absorb(met.state);
            met.out.into_iter().filter(|rows| rows.num_rows() > 0).try_for_each(&mut *out)?;
            let firsts = other.set_matched(&met.slots);
            if let Some(pairs) = met.pairs {
                out(matcher.left_rows(&filter_record_batch(&pairs, &firsts)?, pairs.num_columns() - 1)?)?;
            }
            if let Some(Incoming { rows, hashes, matched, times }) = met.incoming {
                own.insert(rows, &hashes, &matched, &times)?;
            }
            Ok(())
        })
    }

    fn finish(&mut self, ctx: &mut BatchContext<'_>, out: &mut Output<'_>) -> Result<()> {
        let (twice, facts) = (ctx.makes(SeededBug::OuterComesOutTwice), ctx.facts());
        let evict = |(side, kept): (&JoinSide, &mut KeyedRows)| -> Result<_> {
            let (mut ledger, mut state, mut observation) =
                (Ledger::new(facts.traced), StateProgress::default(), Default::default());
            let rows = evict(side, kept, &mut facts.context(&mut ledger, &mut state, &mut observation))?;
            Ok((ledger, state, rows))
        };
        let sides = self.matcher.sides.iter().zip(&mut self.kept).collect();
        let evicted = parallel::try_map(ctx.parallelism, sides, evict)?;
        for (side, (ledger, state, rows)) in [Side::Left, Side::Right].into_iter().zip(evicted) {
            ctx.ledger.append(ledger);
            ctx.state.absorb(state);
            for rows in rows {
                let width = self.matcher.sides[side as usize].width;
                let rows = with_nulls(&self.matcher.schema, width, side, &rows)?;
                if twice {
                    out(rows.clone())?;
                }
                out(rows)?;
            }
        }
        ctx.state.rows_total = self.rows() as u64;
        Ok(())
    }

    fn kept(&self) -> Vec<KeptRow> {
        let of_side = |(side, kept): (&JoinSide, &KeyedRows)| {
            let kept = kept.kept().map(|(rows, row, matched)| KeptRow {
                record: RecordId::unpack(rows.column(side.width).as_primitive::<UInt64Type>().value(row)),
                operator: NAME,
                event_time: side
                    .event_time
                    .map(|at| event_times(&rows.column(at).slice(row, 1)))
                    .filter(|times| times.is_valid(0))
                    .map(|times| times.value(0)),
                matched,
            });
            kept.collect::<Vec<_>>()
        };
        self.sides().flat_map(of_side).collect()
    }

    fn output_watermark(&self, input: Watermark) -> Watermark {
        let states = self.matcher.sides.iter().filter_map(|side| side.eviction.state_watermark(input));
        states.fold(input, Watermark::min).max(Watermark::ZERO)
    }

    fn rows(&self) -> usize {
        self.kept.iter().map(KeyedRows::len).sum()
    }

    fn bytes(&self) -> Result<usize> {
        Ok(self.kept.iter().map(KeyedRows::bytes).sum())
    }

    fn evicts(&self) -> bool {
        self.matcher.sides.iter().any(|side| side.eviction.column().is_some())
    }

    fn save(&mut self, extent: Extent, threads: usize) -> Result<Vec<StateTable<'_>>> {
        let kept = self.kept.iter_mut().collect();
        let saved = parallel::map(threads, kept, |kept: &mut KeyedRows| kept.start_saving(extent));
        Ok(self.kept.iter().zip(saved).map(|(kept, saved)| kept.save(saved, vec![])).collect())
    }

    fn load(&mut self, tables: &[StateChange]) -> Result<()> {
        for ((side, kept), table) in self.matcher.sides.iter().zip(&mut self.kept).zip(tables) {
            let columns = table.columns();
            let rows = table.rows.num_rows();
            let times = side.eviction.column().map(|column| event_times(&columns[column]));
            let time = |row: usize| times.as_ref().filter(|t| t.is_valid(row)).map(|t| t.value(row));
            let keys: Vec<ArrayRef> = side.keys.positions().iter().map(|p| columns[*p].clone()).collect();
            kept.load(table, &hash(&keys, rows)?, &in_time_order((0..rows).map(time)))?;
        }
        Ok(())
    }
}
