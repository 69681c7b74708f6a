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
mod matching;
mod state_bound;

use std::sync::Arc;

use arrow::array::types::UInt64Type;
use arrow::array::{Array, ArrayRef, BooleanArray, UInt32Array, UInt64Array, cast::AsArray, new_null_array};
use arrow::compute::{filter_record_batch, not, take};
use arrow::datatypes::SchemaRef;
use arrow::record_batch::RecordBatch;

use super::late::{drop_late, event_time_column, event_times};
use super::state::{Evicted, KeyedRows, Keys};
use super::{Extent, Side, StateChange, StatefulOperator};
use crate::batch::{BatchContext, Output, RecordId, record_ids, row_schema};
use crate::error::Result;
use crate::expr::{CompiledExpr, compile};
use crate::ledger::{KeptRow, Loss, LossReason, Trace, TraceEvent};
use crate::plan::{Column, JoinKind, conjunction};
use crate::seeded_bug::SeededBug;
use crate::session::Session;
use crate::watermark::Watermark;
pub(crate) use condition::{JoinCondition, split_condition};
use eviction::Eviction;
use matching::{Candidates, Probe};
pub(crate) use state_bound::StateBound;

const NAME: &str = "symmetricHashJoin";

/// One input of the join and what it keeps.
struct JoinSide {
    keys: Keys,
    /// Position of the event-time column, if the side has one.
    event_time: Option<usize>,
    eviction: Eviction,
    /// Number of the side's own columns; the record id follows them, then computed keys.
    width: usize,
    /// What a row has to meet by itself to match anything.
    condition: Option<CompiledExpr>,
    /// Whether unmatched rows come out.
    outer: bool,
    state: KeyedRows,
}

/// The join of two streams.
pub(crate) struct StreamJoin {
    kind: JoinKind,
    sides: [JoinSide; 2],
    /// Conditions that need both sides, over left columns followed by right columns.
    residual: Option<CompiledExpr>,
    /// Left columns, right columns, record id.
    pair_schema: SchemaRef,
    /// What comes out.
    schema: SchemaRef,
}

impl StreamJoin {
    /// A join of inputs with the given columns. `output` are the columns that come out.
    pub(crate) fn new(
        kind: JoinKind,
        condition: &JoinCondition,
        left: &[Column],
        right: &[Column],
        output: &[Column],
        session: &Session,
    ) -> Result<Self> {
        let mut columns: Vec<Column> = left.iter().chain(right).cloned().collect();
        columns.iter_mut().for_each(|c| c.nullable = true);
        let residual = condition.residual_by_side(left, right);
        let both = conjunction(residual.both).map(|e| compile(&e, &columns, session)).transpose()?;
        let side = |side: Side| -> Result<JoinSide> {
            let (own, conjuncts, outer) = match side {
                Side::Left => (left, &residual.left, kind.keeps_left()),
                Side::Right => (right, &residual.right, kind.keeps_right()),
            };
            let keys = Keys::new(condition.keys(side), own, session)?;
            let event_time = event_time_column(own)?;
            Ok(JoinSide {
                eviction: Eviction::derive(condition, side, left, right, &keys.positions(), event_time),
                state: KeyedRows::new(keys.stored_schema(own)),
                keys,
                event_time,
                width: own.len(),
                condition: conjunction(conjuncts.clone()).map(|e| compile(&e, own, session)).transpose()?,
                outer,
            })
        };
        Ok(Self {
            kind,
            sides: [side(Side::Left)?, side(Side::Right)?],
            residual: both,
            pair_schema: row_schema(&columns),
            schema: row_schema(output),
        })
    }

    /// Rows that can match by themselves; the others come out at once or are lost.
    fn screen(
        &mut self,
        side: Side,
        input: RecordBatch,
        ctx: &mut BatchContext<'_>,
        out: &mut Output<'_>,
    ) -> Result<RecordBatch> {
        let own = &self.sides[side as usize];
        let Some(condition) = &own.condition else { return Ok(input) };
        let holds = condition.matches(&input)?;
        if holds.true_count() == input.num_rows() {
            return Ok(input);
        }
        let rest = filter_record_batch(&input, &not(&holds)?)?;
        match own.outer {
            true => {
                trace_unmatched(own, &rest, ctx);
                out(self.with_nulls(side, &rest)?)?
            }
            false => report(ctx, record_ids(&rest), LossReason::Filtered),
        }
        Ok(filter_record_batch(&input, &holds)?)
    }

    /// Joins input rows with what the other side keeps. Returns which of them matched.
    fn join(
        &mut self,
        side: Side,
        probe: &Probe,
        ctx: &mut BatchContext<'_>,
        out: &mut Output<'_>,
    ) -> Result<Vec<bool>> {
        let other = side.other() as usize;
        let key_columns = self.sides[other].keys.positions();
        let mut candidates = Candidates::of(probe, &mut self.sides[other].state, &key_columns)?;
        if candidates.slots.is_empty() {
            return Ok(vec![false; probe.rows.num_rows()]);
        }
        let mut pairs = self.pairs(side, probe, &candidates)?;
        if let Some(residual) = &self.residual {
            let holds = residual.matches(&pairs)?;
            candidates.retain(&holds)?;
            pairs = filter_record_batch(&pairs, &holds)?;
        }
        if ctx.ledger.is_traced() {
            self.trace_pairs(side, probe, &candidates, &pairs, ctx)?;
        }
        let matched = candidates.matched(probe.rows.num_rows());
        let emitted = match (self.kind, side) {
            // The left rows themselves, each once.
            (JoinKind::LeftSemi, Side::Left) => {
                let matched = BooleanArray::from(matched.clone());
                let width = self.sides[Side::Left as usize].width;
                self.left_rows(&filter_record_batch(&probe.rows, &matched)?, width)?
            }
            (JoinKind::LeftSemi, Side::Right) => {
                let first = candidates.first_of_slot(&self.sides[other].state);
                self.left_rows(&filter_record_batch(&pairs, &first)?, pairs.num_columns() - 1)?
            }
            _ => RecordBatch::try_new(Arc::clone(&self.schema), pairs.columns().to_vec())?,
        };
        candidates.slots.iter().for_each(|slot| self.sides[other].state.set_matched(*slot));
        if emitted.num_rows() > 0 {
            out(emitted)?;
        }
        Ok(matched)
    }

    /// The joined rows of candidate pairs.
    fn pairs(&mut self, side: Side, probe: &Probe, candidates: &Candidates) -> Result<RecordBatch> {
        let (own, other) = (side as usize, side.other() as usize);
        let mine = probe.rows.columns().iter().take(self.sides[own].width + 1);
        let mut mine =
            mine.map(|c| Ok(take(c, &candidates.rows, None)?)).collect::<Result<Vec<ArrayRef>>>()?;
        let wanted: Vec<usize> = (0..=self.sides[other].width).collect();
        let mut theirs = self.sides[other].state.gather(&wanted, &candidates.slots)?;
        let (my_id, their_id) = (mine.pop(), theirs.pop());
        let (mut arrays, right, id) = match side {
            Side::Left => (mine, theirs, my_id),
            Side::Right => (theirs, mine, their_id),
        };
        arrays.extend(right);
        arrays.extend(id);
        Ok(RecordBatch::try_new(Arc::clone(&self.pair_schema), arrays)?)
    }

    /// Notes who has met whom; `pairs` are the joined rows of the candidates.
    fn trace_pairs(
        &mut self,
        side: Side,
        probe: &Probe,
        candidates: &Candidates,
        pairs: &RecordBatch,
        ctx: &mut BatchContext<'_>,
    ) -> Result<()> {
        let times = self.sides[Side::Left as usize].event_time.map(|at| event_times(pairs.column(at)));
        let right = &mut self.sides[Side::Right as usize];
        let with = match side {
            Side::Left => right.state.gather(&[right.width], &candidates.slots)?.remove(0),
            Side::Right => take(probe.rows.column(right.width), &candidates.rows, None)?,
        };
        let with = with.as_primitive::<UInt64Type>().values();
        let ids = record_ids(pairs).values();
        ctx.ledger.traces.extend(ids.iter().zip(with).enumerate().map(|(row, (id, with))| Trace {
            record: RecordId::unpack(*id),
            batch: ctx.batch,
            operator: NAME,
            event_time: times.as_ref().filter(|times| times.is_valid(row)).map(|times| times.value(row)),
            event: TraceEvent::Joined { with: RecordId::unpack(*with) },
        }));
        Ok(())
    }

    /// Left columns and record id of rows that begin with the left columns and have the id at `id`.
    fn left_rows(&self, rows: &RecordBatch, id: usize) -> Result<RecordBatch> {
        let width = self.sides[Side::Left as usize].width;
        let mut arrays = rows.columns()[..width].to_vec();
        arrays.push(rows.column(id).clone());
        Ok(RecordBatch::try_new(Arc::clone(&self.schema), arrays)?)
    }

    /// Rows of one side, the other side's columns null.
    fn with_nulls(&self, side: Side, rows: &RecordBatch) -> Result<RecordBatch> {
        let width = self.sides[side as usize].width;
        let own = rows.columns()[..width].iter().cloned();
        let fields = self.schema.fields();
        let (nulls, at) = match side {
            Side::Left => (&fields[width..fields.len() - 1], width),
            Side::Right => (&fields[..fields.len() - 1 - width], 0),
        };
        let nulls = nulls.iter().map(|f| new_null_array(f.data_type(), rows.num_rows()));
        let mut arrays: Vec<ArrayRef> = own.collect();
        arrays.splice(at..at, nulls);
        arrays.push(rows.column(width).clone());
        Ok(RecordBatch::try_new(Arc::clone(&self.schema), arrays)?)
    }

    /// Keeps the input rows that can still matter.
    fn store(
        &mut self,
        side: Side,
        probe: Probe,
        matched: Vec<bool>,
        ctx: &mut BatchContext<'_>,
    ) -> Result<()> {
        let own = &mut self.sides[side as usize];
        let times = own.eviction.column().map(|c| event_times(probe.rows.column(c)));
        let time = |row: usize| times.as_ref().filter(|t| t.is_valid(row)).map(|t| t.value(row));
        let bound = own.eviction.state_watermark(ctx.watermarks.eviction).map(Watermark::micros);
        let due = |row: usize| bound.zip(time(row)).is_some_and(|(bound, time)| time <= bound);
        let is_kept = |row: usize| match side {
            Side::Left => self.kind != JoinKind::LeftSemi || !matched[row],
            Side::Right => !due(row) || own.outer && !matched[row],
        };
        let kept: Vec<u32> = (0..matched.len()).filter(|row| is_kept(*row)).map(|row| row as u32).collect();
        ctx.state.rows_updated += kept.len() as u64;
        if kept.len() == matched.len() {
            let due = (0..matched.len()).map(time);
            own.state.insert(probe.rows, &probe.hashes, &matched, due)?;
            return Ok(());
        }
        if side == Side::Right {
            let lost = (0..matched.len()).filter(|row| !is_kept(*row) && !matched[*row]).map(|r| r as u32);
            let ids = take(probe.rows.column(own.width), &UInt32Array::from_iter_values(lost), None)?;
            report(ctx, ids.as_primitive(), LossReason::EvictedUnmatched);
        }
        let of_kept =
            |values: &dyn Fn(usize) -> bool| kept.iter().map(|r| values(*r as usize)).collect::<Vec<_>>();
        let hashes: Vec<u64> = kept.iter().map(|row| probe.hashes[*row as usize]).collect();
        let matched = of_kept(&|row| matched[row]);
        let due: Vec<Option<i64>> = kept.iter().map(|row| time(*row as usize)).collect();
        let rows = arrow::compute::take_record_batch(&probe.rows, &UInt32Array::from(kept))?;
        own.state.insert(rows, &hashes, &matched, due.into_iter())?;
        Ok(())
    }

    /// Takes out what the watermark has passed; unmatched rows of an outer side come out with nulls.
    fn evict(&mut self, side: Side, ctx: &mut BatchContext<'_>, out: &mut Output<'_>) -> Result<()> {
        let own = &mut self.sides[side as usize];
        let Some(bound) = own.eviction.state_watermark(ctx.watermarks.eviction) else { return Ok(()) };
        let beyond = if ctx.makes(SeededBug::EvictsBeyondTheBound) { 1000 } else { 0 };
        let evicted = own.state.evict(bound.micros().saturating_add(beyond));
        let alone = |row: &&Evicted| !row.matched || own.outer && ctx.makes(SeededBug::OuterComesOutMatched);
        let unmatched: Vec<Evicted> = evicted.iter().filter(alone).copied().collect();
        if !own.outer {
            ctx.state.rows_removed += evicted.len() as u64;
            report_unmatched(own, &unmatched, ctx)?;
        } else if !unmatched.is_empty() {
            let columns: Vec<usize> = (0..=own.width).collect();
            let arrays = own.state.evicted_columns(&columns, &unmatched)?;
            let schema = own.state.schema().project(&columns)?;
            let rows = RecordBatch::try_new(Arc::new(schema), arrays)?;
            trace_unmatched(own, &rows, ctx);
            out(self.with_nulls(side, &rows)?)?;
            if ctx.makes(SeededBug::OuterComesOutTwice) {
                out(self.with_nulls(side, &rows)?)?;
            }
        }
        self.sides[side as usize].state.drop_rows(&evicted)
    }
}

/// Notes rows of an outer side that come out with nulls, if anybody wants to know.
fn trace_unmatched(side: &JoinSide, rows: &RecordBatch, ctx: &mut BatchContext<'_>) {
    if !ctx.ledger.is_traced() {
        return;
    }
    let times = side.event_time.map(|at| event_times(rows.column(at)));
    let ids = rows.column(side.width).as_primitive::<UInt64Type>().values();
    ctx.ledger.traces.extend(ids.iter().enumerate().map(|(row, id)| Trace {
        record: RecordId::unpack(*id),
        batch: ctx.batch,
        operator: NAME,
        event_time: times.as_ref().filter(|times| times.is_valid(row)).map(|times| times.value(row)),
        event: TraceEvent::EmittedUnmatched,
    }));
}

fn report(ctx: &mut BatchContext<'_>, ids: &UInt64Array, reason: LossReason) {
    ctx.ledger.losses.extend(ids.values().iter().map(|id| Loss {
        record: RecordId::unpack(*id),
        batch: ctx.batch,
        reason,
        operator: NAME,
        event_time: None,
        watermark: (reason == LossReason::EvictedUnmatched).then_some(ctx.watermarks.eviction),
    }));
}

/// A side whose unmatched rows do not come out loses them here.
fn report_unmatched(side: &mut JoinSide, unmatched: &[Evicted], ctx: &mut BatchContext<'_>) -> Result<()> {
    let ids = side.state.evicted_columns(&[side.width], unmatched)?;
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
        self.sides.iter().flat_map(|side| side.keys.names().to_vec()).collect()
    }

    fn process(
        &mut self,
        side: Side,
        input: RecordBatch,
        ctx: &mut BatchContext<'_>,
        out: &mut Output<'_>,
    ) -> Result<()> {
        let input = match self.sides[side as usize].event_time {
            Some(times) => drop_late(input, times, NAME, ctx)?,
            None => input,
        };
        let input = self.screen(side, input, ctx, out)?;
        if input.num_rows() == 0 {
            return Ok(());
        }
        let probe = Probe::new(input, &self.sides[side as usize].keys)?;
        let matched = self.join(side, &probe, ctx, out)?;
        self.store(side, probe, matched, ctx)
    }

    fn finish(&mut self, ctx: &mut BatchContext<'_>, out: &mut Output<'_>) -> Result<()> {
        self.evict(Side::Left, ctx, out)?;
        self.evict(Side::Right, ctx, out)?;
        ctx.state.rows_total = self.rows() as u64;
        Ok(())
    }

    fn kept(&self) -> Vec<KeptRow> {
        let of_side = |side: &JoinSide| {
            let kept = side.state.kept().map(|(rows, row, matched)| KeptRow {
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
        self.sides.iter().flat_map(of_side).collect()
    }

    fn output_watermark(&self, input: Watermark) -> Watermark {
        let states = self.sides.iter().filter_map(|side| side.eviction.state_watermark(input));
        states.fold(input, Watermark::min).max(Watermark::ZERO)
    }

    fn rows(&self) -> usize {
        self.sides.iter().map(|side| side.state.len()).sum()
    }

    fn evicts(&self) -> bool {
        self.sides.iter().any(|side| side.eviction.column().is_some())
    }

    fn save(&mut self, extent: Extent) -> Result<Vec<StateChange>> {
        let save = |side: &mut JoinSide| {
            let saved = side.state.start_saving(extent);
            side.state.save(saved, vec![])
        };
        self.sides.iter_mut().map(save).collect()
    }

    fn load(&mut self, tables: &[StateChange]) -> Result<()> {
        for (side, table) in self.sides.iter_mut().zip(tables) {
            let columns = table.columns();
            let rows = table.rows.num_rows();
            let times = side.eviction.column().map(|column| event_times(&columns[column]));
            let time = |row: usize| times.as_ref().filter(|t| t.is_valid(row)).map(|t| t.value(row));
            let keys: Vec<ArrayRef> = side.keys.positions().iter().map(|p| columns[*p].clone()).collect();
            let hashes = super::state::hash(&keys, rows)?;
            side.state.load(table, &hashes, (0..rows).map(time))?;
        }
        Ok(())
    }
}
