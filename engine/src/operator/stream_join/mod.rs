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
use arrow::datatypes::{Schema, SchemaRef};
use arrow::record_batch::{RecordBatch, RecordBatchOptions};

use super::late::{drop_late, event_time_column, event_times};
use super::state::{Evicted, KeyedRows, Keys};
use super::{Extent, Side, StateChange, StatefulOperator};
use crate::batch::{BatchContext, Output, RecordId, record_ids, row_schema};
use crate::error::Result;
use crate::expr::{CompiledExpr, compile};
use crate::ledger::{KeptRow, Ledger, Loss, LossReason, Trace, TraceEvent};
use crate::parallel;
use crate::plan::{Column, Expr, JoinKind, conjunction};
use crate::progress::StateProgress;
use crate::seeded_bug::SeededBug;
use crate::session::Session;
use crate::watermark::{EventTimeObservation, Watermark};
pub(crate) use condition::{JoinCondition, split_condition};
use eviction::Eviction;
use matching::{Candidates, Probe, first_of_slot};
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
    /// Conditions that need both sides.
    residual: Option<Residual>,
    /// Left columns, right columns, record id.
    pair_schema: SchemaRef,
    /// What comes out.
    schema: SchemaRef,
}

/// Conditions that need both sides: they are asked of the columns that they read, before any other is copied.
struct Residual {
    condition: CompiledExpr,
    /// Positions of these columns, in the left and in the right side.
    columns: [Vec<usize>; 2],
    schema: SchemaRef,
}

impl Residual {
    fn new(condition: &Expr, left: &[Column], right: &[Column], session: &Session) -> Result<Self> {
        let reads = condition.references();
        let read = |side: &[Column]| -> Vec<usize> {
            (0..side.len()).filter(|at| reads.contains(&side[*at].id)).collect()
        };
        let columns = [read(left), read(right)];
        let of = |side: &[Column], at: &[usize]| at.iter().map(|at| side[*at].clone()).collect::<Vec<_>>();
        let mut input = [of(left, &columns[0]), of(right, &columns[1])].concat();
        input.iter_mut().for_each(|column| column.nullable = true);
        let fields: Vec<_> = input.iter().map(Column::field).collect();
        let schema = Arc::new(Schema::new(fields));
        Ok(Self { condition: compile(condition, &input, session)?, columns, schema })
    }
}

/// What an input batch leads to before the state has it.
#[derive(Default)]
struct Met {
    ledger: Ledger,
    state: StateProgress,
    /// Rows that come out, in order.
    out: Vec<RecordBatch>,
    /// Of a left semi join's right side: the pairs, of which the first of each left row comes out.
    pairs: Option<RecordBatch>,
    /// Slots of the other side that have found a match, one for each pair.
    slots: Vec<u32>,
    incoming: Option<Incoming>,
}

/// Pairs that match, and their joined rows.
struct Matches {
    candidates: Candidates,
    pairs: RecordBatch,
}

/// Rows that are going to be kept.
struct Incoming {
    rows: RecordBatch,
    hashes: Vec<u64>,
    matched: Vec<bool>,
    /// When each leaves.
    times: Vec<Option<i64>>,
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
        let both = conjunction(residual.both);
        let both = both.map(|both| Residual::new(&both, left, right, session)).transpose()?;
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

    /// What one input batch leads to, as far as it changes nothing: batches meet the other side's state side by side.
    fn meet(&self, side: Side, input: RecordBatch, ctx: &BatchContext<'_>) -> Result<Met> {
        let own = &self.sides[side as usize];
        let mut met = Met { ledger: Ledger::new(ctx.ledger.is_traced()), ..Met::default() };
        let mut observation = EventTimeObservation::default();
        let mut part = ctx.part(&mut met.ledger, &mut met.state, &mut observation);
        let input = match own.event_time {
            Some(times) => drop_late(input, times, NAME, &mut part)?,
            None => input,
        };
        let input = self.screen(side, input, &mut part, &mut met.out)?;
        if input.num_rows() == 0 {
            return Ok(met);
        }
        let probe = Probe::new(input, &own.keys)?;
        let matches = self.matches(side, &probe, &mut part)?;
        let matched = matches.as_ref().map(|found| found.candidates.matched(probe.rows.num_rows()));
        let matched = matched.unwrap_or_else(|| vec![false; probe.rows.num_rows()]);
        if let Some(Matches { candidates, pairs }) = matches {
            match (self.kind, side) {
                // The left rows themselves, each once.
                (JoinKind::LeftSemi, Side::Left) => {
                    let matched = BooleanArray::from(matched.clone());
                    met.out.push(self.left_rows(&filter_record_batch(&probe.rows, &matched)?, own.width)?);
                }
                (JoinKind::LeftSemi, Side::Right) => met.pairs = Some(pairs),
                _ => met.out.push(RecordBatch::try_new(Arc::clone(&self.schema), pairs.columns().to_vec())?),
            }
            met.slots = candidates.slots;
        }
        met.incoming = Some(self.incoming(side, probe, matched, &mut part)?);
        Ok(met)
    }

    /// Rows that can match by themselves; the others come out at once or are lost.
    fn screen(
        &self,
        side: Side,
        input: RecordBatch,
        ctx: &mut BatchContext<'_>,
        out: &mut Vec<RecordBatch>,
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
                out.push(with_nulls(&self.schema, own.width, side, &rest)?);
            }
            false => report(ctx, record_ids(&rest), LossReason::Filtered),
        }
        Ok(filter_record_batch(&input, &holds)?)
    }

    /// Input rows joined with what the other side keeps; `None` when no key is the same.
    fn matches(&self, side: Side, probe: &Probe, ctx: &mut BatchContext<'_>) -> Result<Option<Matches>> {
        let other = &self.sides[side.other() as usize];
        let mut candidates = Candidates::of(probe, &other.state, &other.keys.positions())?;
        if candidates.slots.is_empty() {
            return Ok(None);
        }
        if let Some(residual) = &self.residual {
            let holds = self.holds(residual, side, probe, &candidates)?;
            candidates.retain(&holds)?;
        }
        let pairs = self.pairs(side, probe, &candidates)?;
        if ctx.ledger.is_traced() {
            self.trace_pairs(side, probe, &candidates, &pairs, ctx)?;
        }
        Ok(Some(Matches { candidates, pairs }))
    }

    /// For which pairs the conditions hold that need both sides.
    fn holds(
        &self,
        residual: &Residual,
        side: Side,
        probe: &Probe,
        candidates: &Candidates,
    ) -> Result<BooleanArray> {
        let (own, other) = (side as usize, side.other() as usize);
        let mine = residual.columns[own].iter();
        let mine = mine.map(|at| Ok(take(probe.rows.column(*at), &candidates.rows, None)?));
        let mine = mine.collect::<Result<Vec<ArrayRef>>>()?;
        let theirs = self.sides[other].state.gather(&residual.columns[other], &candidates.slots)?;
        let columns = match side {
            Side::Left => [mine, theirs].concat(),
            Side::Right => [theirs, mine].concat(),
        };
        let options = RecordBatchOptions::new().with_row_count(Some(candidates.slots.len()));
        let schema = Arc::clone(&residual.schema);
        residual.condition.matches(&RecordBatch::try_new_with_options(schema, columns, &options)?)
    }

    /// The joined rows of candidate pairs.
    fn pairs(&self, side: Side, probe: &Probe, candidates: &Candidates) -> Result<RecordBatch> {
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
        &self,
        side: Side,
        probe: &Probe,
        candidates: &Candidates,
        pairs: &RecordBatch,
        ctx: &mut BatchContext<'_>,
    ) -> Result<()> {
        let times = self.sides[Side::Left as usize].event_time.map(|at| event_times(pairs.column(at)));
        let right = &self.sides[Side::Right as usize];
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

    /// The input rows that can still matter.
    fn incoming(
        &self,
        side: Side,
        probe: Probe,
        matched: Vec<bool>,
        ctx: &mut BatchContext<'_>,
    ) -> Result<Incoming> {
        let own = &self.sides[side as usize];
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
            let times = (0..matched.len()).map(time).collect();
            return Ok(Incoming { rows: probe.rows, hashes: probe.hashes, matched, times });
        }
        if side == Side::Right {
            let lost = (0..matched.len()).filter(|row| !is_kept(*row) && !matched[*row]).map(|r| r as u32);
            let ids = take(probe.rows.column(own.width), &UInt32Array::from_iter_values(lost), None)?;
            report(ctx, ids.as_primitive(), LossReason::EvictedUnmatched);
        }
        Ok(Incoming {
            hashes: kept.iter().map(|row| probe.hashes[*row as usize]).collect(),
            matched: kept.iter().map(|row| matched[*row as usize]).collect(),
            times: kept.iter().map(|row| time(*row as usize)).collect(),
            rows: arrow::compute::take_record_batch(&probe.rows, &UInt32Array::from(kept))?,
        })
    }
}

impl JoinSide {
    /// Takes out what the watermark has passed. Returns the rows of an outer side that come out unmatched.
    fn evict(&mut self, ctx: &mut BatchContext<'_>) -> Result<Option<RecordBatch>> {
        let Some(bound) = self.eviction.state_watermark(ctx.watermarks.eviction) else { return Ok(None) };
        let beyond = if ctx.makes(SeededBug::EvictsBeyondTheBound) { 1000 } else { 0 };
        let evicted = self.state.evict(bound.micros().saturating_add(beyond));
        let alone = |row: &&Evicted| !row.matched || self.outer && ctx.makes(SeededBug::OuterComesOutMatched);
        let unmatched: Vec<Evicted> = evicted.iter().filter(alone).copied().collect();
        let mut out = None;
        if !self.outer {
            ctx.state.rows_removed += evicted.len() as u64;
            report_unmatched(self, &unmatched, ctx)?;
        } else if !unmatched.is_empty() {
            let columns: Vec<usize> = (0..=self.width).collect();
            let arrays = self.state.evicted_columns(&columns, &unmatched)?;
            let schema = self.state.schema().project(&columns)?;
            let rows = RecordBatch::try_new(Arc::new(schema), arrays)?;
            trace_unmatched(self, &rows, ctx);
            out = Some(rows);
        }
        self.state.drop_rows(&evicted)?;
        Ok(out)
    }
}

/// Rows of one side under the schema of what comes out, the other side's columns null; the side has `width` columns.
fn with_nulls(schema: &SchemaRef, width: usize, side: Side, rows: &RecordBatch) -> Result<RecordBatch> {
    let own = rows.columns()[..width].iter().cloned();
    let fields = schema.fields();
    let (nulls, at) = match side {
        Side::Left => (&fields[width..fields.len() - 1], width),
        Side::Right => (&fields[..fields.len() - 1 - width], 0),
    };
    let nulls = nulls.iter().map(|f| new_null_array(f.data_type(), rows.num_rows()));
    let mut arrays: Vec<ArrayRef> = own.collect();
    arrays.splice(at..at, nulls);
    arrays.push(rows.column(width).clone());
    Ok(RecordBatch::try_new(Arc::clone(schema), arrays)?)
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
        inputs: Vec<RecordBatch>,
        ctx: &mut BatchContext<'_>,
        out: &mut Output<'_>,
    ) -> Result<()> {
        let met = parallel::try_map(ctx.parallelism, inputs, |input| self.meet(side, input, ctx))?;
        for met in met {
            ctx.ledger.append(met.ledger);
            ctx.state.absorb(met.state);
            met.out.into_iter().filter(|rows| rows.num_rows() > 0).try_for_each(&mut *out)?;
            let other = &mut self.sides[side.other() as usize].state;
            if let Some(pairs) = met.pairs {
                let first = first_of_slot(&met.slots, other);
                let rows = filter_record_batch(&pairs, &first)?;
                out(self.left_rows(&rows, pairs.num_columns() - 1)?)?;
            }
            let other = &mut self.sides[side.other() as usize].state;
            met.slots.iter().for_each(|slot| other.set_matched(*slot));
            if let Some(Incoming { rows, hashes, matched, times }) = met.incoming {
                self.sides[side as usize].state.insert(rows, &hashes, &matched, times.into_iter())?;
            }
        }
        Ok(())
    }

    fn finish(&mut self, ctx: &mut BatchContext<'_>, out: &mut Output<'_>) -> Result<()> {
        let twice = ctx.makes(SeededBug::OuterComesOutTwice);
        let evict = |side: &mut JoinSide| -> Result<_> {
            let (mut ledger, mut state, mut observation) =
                (Ledger::new(ctx.ledger.is_traced()), StateProgress::default(), Default::default());
            let rows = side.evict(&mut ctx.part(&mut ledger, &mut state, &mut observation))?;
            Ok((ledger, state, rows))
        };
        let evicted = parallel::try_map(ctx.parallelism, self.sides.iter_mut().collect(), evict)?;
        for (side, (ledger, state, rows)) in [Side::Left, Side::Right].into_iter().zip(evicted) {
            ctx.ledger.append(ledger);
            ctx.state.absorb(state);
            if let Some(rows) = rows {
                let rows = with_nulls(&self.schema, self.sides[side as usize].width, side, &rows)?;
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

    fn bytes(&self) -> Result<usize> {
        Ok(self.sides.iter().map(|side| side.state.bytes()).sum())
    }

    fn evicts(&self) -> bool {
        self.sides.iter().any(|side| side.eviction.column().is_some())
    }

    fn save(&mut self, extent: Extent, threads: usize) -> Result<Vec<StateChange>> {
        let save = |side: &mut JoinSide| {
            let saved = side.state.start_saving(extent);
            side.state.save(saved, vec![], threads)
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
