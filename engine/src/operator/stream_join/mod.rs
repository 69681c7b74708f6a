//! Stream-stream join (`symmetricHashJoin`): each side waits in state for the other.
//!
//! Schema: left columns, then right columns, then the record id of the left row. Rows within a batch: matches of
//! left input, then matches of right input.
//!
//! Per batch all left input comes before any right input. A row at or before the late watermark is dropped and
//! reported. Any other row is joined with the rows that the *other* side keeps at that moment and then kept
//! itself, so a pair is emitted once, by whichever row came second. After the last input, rows at or before their
//! side's state watermark leave; a row can therefore match in the batch that evicts it.
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

mod chunks;
mod keys;
mod state;
mod state_bound;
mod time_index;

use std::sync::Arc;

use arrow::array::types::{TimestampMicrosecondType, UInt64Type};
use arrow::array::{Array, ArrayRef, BooleanArray, TimestampMicrosecondArray, UInt32Array, cast::AsArray};
use arrow::compute::{filter, filter_record_batch, take};
use arrow::datatypes::SchemaRef;
use arrow::record_batch::RecordBatch;

use super::{BinaryOperator, Side};
use crate::batch::{BatchContext, Output, RecordId, record_ids, row_schema};
use crate::error::Result;
use crate::expr::{CompiledExpr, compile};
use crate::ledger::{KeptRow, Loss, LossReason};
use crate::plan::{Column, conjunction};
use crate::watermark::{Watermark, Watermarks};
use keys::Keys;
pub(crate) use keys::{JoinCondition, split_condition};
use state::{Evicted, SideState};
use state_bound::StateBound;

const NAME: &str = "symmetricHashJoin";

/// When a kept row leaves.
#[derive(Debug, Clone)]
enum Eviction {
    /// Never: nothing bounds the side.
    Never,
    /// When its own event time (column position) is at or before the bound.
    ByValue { column: usize, bound: StateBound },
    /// When its key's event time (column position) is at or before the watermark.
    ByKey { column: usize },
}

impl Eviction {
    /// Position of the time that decides, if any does.
    fn column(&self) -> Option<usize> {
        match self {
            Eviction::Never => None,
            Eviction::ByValue { column, .. } | Eviction::ByKey { column } => Some(*column),
        }
    }

    fn state_watermark(&self, watermark: Watermark) -> Option<Watermark> {
        match self {
            Eviction::Never => None,
            Eviction::ByValue { bound, .. } => Some(bound.at(watermark)),
            Eviction::ByKey { .. } => Some(watermark),
        }
    }
}

/// What is fixed about one side.
struct SidePlan {
    keys: Keys,
    /// Position of the event-time column, if the side has one.
    event_time: Option<usize>,
    eviction: Eviction,
    /// Number of the side's own columns; the record id follows them, then computed keys.
    width: usize,
}

/// The inner join of two streams.
pub(crate) struct StreamJoin {
    sides: [SidePlan; 2],
    states: [SideState; 2],
    /// Conditions beyond the keys, over left columns followed by right columns.
    residual: Option<CompiledExpr>,
    schema: SchemaRef,
    last_eviction: Option<Watermark>,
}

impl StreamJoin {
    /// An inner join of inputs with the given columns.
    pub(crate) fn new(condition: &JoinCondition, left: &[Column], right: &[Column]) -> Result<Self> {
        let columns: Vec<Column> = left.iter().chain(right).cloned().collect();
        let residual = conjunction(condition.residual.clone()).map(|e| compile(&e, &columns)).transpose()?;
        let sides =
            [plan_side(condition, Side::Left, left, right)?, plan_side(condition, Side::Right, right, left)?];
        let states = [
            SideState::new(sides[0].keys.stored_schema(left)),
            SideState::new(sides[1].keys.stored_schema(right)),
        ];
        Ok(Self { sides, states, residual, schema: row_schema(&columns), last_eviction: None })
    }

    /// Candidate pairs by key hash, then by key, then by the residual condition.
    fn join(&mut self, side: Side, probe: &Probe, out: &mut Output<'_>) -> Result<Vec<bool>> {
        let mut matched = vec![false; probe.rows.num_rows()];
        let mut candidates = self.candidates(side, probe);
        if candidates.is_empty() {
            return Ok(matched);
        }
        let other = side.other() as usize;
        let key_columns = self.sides[other].keys.positions();
        let other_keys = self.states[other].gather(&key_columns, &candidates.slots)?;
        let equal = keys::equal(&probe.keys, &candidates.rows, &other_keys)?;
        candidates.retain(&equal)?;
        let pairs = self.pairs(side, probe, &candidates)?;
        let (pairs, kept) = match &self.residual {
            Some(residual) => {
                let holds = residual.matches(&pairs)?;
                candidates.retain(&holds)?;
                (filter_record_batch(&pairs, &holds)?, candidates)
            }
            None => (pairs, candidates),
        };
        for row in kept.rows.values() {
            matched[*row as usize] = true;
        }
        for slot in &kept.slots {
            self.states[other].set_matched(*slot);
        }
        if pairs.num_rows() > 0 {
            out(pairs)?;
        }
        Ok(matched)
    }

    fn candidates(&self, side: Side, probe: &Probe) -> Candidates {
        let other = &self.states[side.other() as usize];
        let (mut rows, mut slots) = (Vec::new(), Vec::new());
        for (row, hash) in probe.hashes.iter().enumerate() {
            let before = slots.len();
            slots.extend(other.with_hash(*hash));
            rows.extend(std::iter::repeat_n(row as u32, slots.len() - before));
        }
        Candidates { rows: UInt32Array::from(rows), slots }
    }

    /// The joined rows of candidate pairs.
    fn pairs(&mut self, side: Side, probe: &Probe, candidates: &Candidates) -> Result<RecordBatch> {
        let gather_probe = |columns: &mut dyn Iterator<Item = &ArrayRef>| -> Result<Vec<ArrayRef>> {
            columns.map(|c| Ok(take(c, &candidates.rows, None)?)).collect()
        };
        let (own, other) = (side as usize, side.other() as usize);
        let mut mine = gather_probe(&mut probe.rows.columns().iter().take(self.sides[own].width + 1))?;
        let wanted: Vec<usize> = (0..=self.sides[other].width).collect();
        let mut theirs = self.states[other].gather(&wanted, &candidates.slots)?;
        let (my_id, their_id) = (mine.pop(), theirs.pop());
        let (mut arrays, right, id) = match side {
            Side::Left => (mine, theirs, my_id),
            Side::Right => (theirs, mine, their_id),
        };
        arrays.extend(right);
        arrays.extend(id);
        Ok(RecordBatch::try_new(Arc::clone(&self.schema), arrays)?)
    }
}

fn plan_side(condition: &JoinCondition, side: Side, own: &[Column], other: &[Column]) -> Result<SidePlan> {
    let keys = Keys::new(condition.keys(side), own)?;
    let event_time = own.iter().position(|c| c.delay.is_some());
    let eviction = match condition.event_time_key(own, other, side) {
        Some(ordinal) => Eviction::ByKey { column: keys.positions()[ordinal] },
        None => match (event_time, StateBound::derive(&condition.residual, own, other)) {
            (Some(column), Some(bound)) => Eviction::ByValue { column, bound },
            _ => Eviction::Never,
        },
    };
    Ok(SidePlan { keys, event_time, eviction, width: own.len() })
}

/// Input rows of one side, with their keys.
struct Probe {
    /// Columns, record id, computed keys: the layout of the state.
    rows: RecordBatch,
    keys: Vec<ArrayRef>,
    hashes: Vec<u64>,
}

/// Pairs that may match: a row of the probe and a slot of the other side each.
struct Candidates {
    rows: UInt32Array,
    slots: Vec<u32>,
}

impl Candidates {
    fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    fn retain(&mut self, mask: &BooleanArray) -> Result<()> {
        if mask.true_count() == mask.len() {
            return Ok(());
        }
        self.rows = filter(&self.rows, mask)?.as_primitive().clone();
        let mut keep = mask.values().iter();
        self.slots.retain(|_| keep.next().expect("one verdict per candidate"));
        Ok(())
    }
}

/// Splits off rows at or before the late watermark; a null time is not late.
fn drop_late(input: RecordBatch, times: usize, ctx: &mut BatchContext<'_>) -> Result<RecordBatch> {
    let late = ctx.watermarks.late;
    let bound = TimestampMicrosecondArray::new_scalar(late.micros());
    let times = input
        .column(times)
        .as_primitive::<TimestampMicrosecondType>()
        .clone()
        .with_timezone_opt(None::<&str>);
    let mut keep = arrow::compute::kernels::cmp::gt(&times, &bound)?;
    if let Some(nulls) = times.nulls() {
        let null = BooleanArray::new(!nulls.inner(), None);
        keep = arrow::compute::or_kleene(&keep, &null)?;
    }
    if keep.true_count() == input.num_rows() {
        return Ok(input);
    }
    let ids = record_ids(&input);
    for row in (!keep.values()).set_indices() {
        ctx.state.rows_dropped_by_watermark += 1;
        ctx.ledger.losses.push(Loss {
            record: RecordId::unpack(ids.value(row)),
            batch: ctx.batch,
            reason: LossReason::Late,
            operator: NAME,
            event_time: Some(times.value(row)),
            watermark: Some(late),
        });
    }
    Ok(filter_record_batch(&input, &keep)?)
}

impl BinaryOperator for StreamJoin {
    fn name(&self) -> &'static str {
        NAME
    }

    fn process(
        &mut self,
        side: Side,
        input: RecordBatch,
        ctx: &mut BatchContext<'_>,
        out: &mut Output<'_>,
    ) -> Result<()> {
        let own = side as usize;
        let input = match self.sides[own].event_time {
            Some(times) => drop_late(input, times, ctx)?,
            None => input,
        };
        if input.num_rows() == 0 {
            return Ok(());
        }
        let (rows, keys) = self.sides[own].keys.extend(input)?;
        let hashes = keys::hash(&keys, rows.num_rows())?;
        let probe = Probe { rows, keys, hashes };
        let matched = self.join(side, &probe, out)?;
        ctx.state.rows_updated += probe.rows.num_rows() as u64;
        let times = self.sides[own].eviction.column().map(|c| probe.rows.column(c).clone());
        let times = times.as_ref().map(|t| t.as_primitive::<TimestampMicrosecondType>());
        let due = (0..matched.len()).map(|row| times.filter(|t| t.is_valid(row)).map(|t| t.value(row)));
        self.states[own].insert(probe.rows.clone(), &probe.hashes, &matched, due)
    }

    fn finish(&mut self, ctx: &mut BatchContext<'_>, _: &mut Output<'_>) -> Result<()> {
        for own in [0, 1] {
            let Some(bound) = self.sides[own].eviction.state_watermark(ctx.watermarks.eviction) else {
                continue;
            };
            let evicted = self.states[own].evict(bound.micros());
            report_unmatched(&mut self.states[own], self.sides[own].width, &evicted, ctx)?;
            ctx.state.rows_removed += evicted.len() as u64;
            self.states[own].drop_rows(&evicted)?;
        }
        ctx.state.rows_total = self.states.iter().map(|s| s.len() as u64).sum();
        self.last_eviction = Some(ctx.watermarks.eviction);
        Ok(())
    }

    fn kept(&self) -> Vec<KeptRow> {
        let of_side = |side: usize| {
            let SidePlan { width, event_time, .. } = &self.sides[side];
            self.states[side].kept().map(|(rows, row, matched)| KeptRow {
                record: RecordId::unpack(rows.column(*width).as_primitive::<UInt64Type>().value(row)),
                operator: NAME,
                event_time: event_time
                    .map(|at| rows.column(at).as_primitive::<TimestampMicrosecondType>())
                    .filter(|times| times.is_valid(row))
                    .map(|times| times.value(row)),
                matched,
            })
        };
        [0, 1].into_iter().flat_map(of_side).collect()
    }

    fn output_watermark(&self, input: Watermark) -> Watermark {
        let states = self.sides.iter().filter_map(|side| side.eviction.state_watermark(input));
        states.fold(input, Watermark::min).max(Watermark::ZERO)
    }

    fn needs_batch(&self, next: &Watermarks) -> bool {
        let bounded = self.sides.iter().any(|side| side.eviction.column().is_some());
        bounded && self.last_eviction.is_some_and(|last| next.eviction > last)
    }
}

/// An inner join loses a row that leaves without ever having matched.
fn report_unmatched(
    state: &mut SideState,
    id_column: usize,
    evicted: &[Evicted],
    ctx: &mut BatchContext<'_>,
) -> Result<()> {
    let unmatched: Vec<&Evicted> = evicted.iter().filter(|row| !row.matched).collect();
    let addresses: Vec<_> = unmatched.iter().map(|row| row.address).collect();
    let ids = state.evicted_column(id_column, &addresses)?;
    let ids = ids.as_primitive::<UInt64Type>();
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
