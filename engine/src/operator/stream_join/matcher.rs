//! What input of one side leads to, as far as it changes nothing: pieces of it meet the rows that the other side keeps
//! side by side, on as many threads as the query may use.

use std::sync::Arc;

use arrow::array::types::UInt64Type;
use arrow::array::{Array, ArrayRef, BooleanArray, UInt32Array, UInt64Array, cast::AsArray, new_null_array};
use arrow::compute::{filter_record_batch, not, take};
use arrow::datatypes::{Schema, SchemaRef};
use arrow::record_batch::{RecordBatch, RecordBatchOptions};

use super::NAME;
use super::condition::JoinCondition;
use super::eviction::Eviction;
use super::matching::{Candidates, Probe};
use crate::batch::{BatchContext, BatchFacts, RecordId, record_ids, row_schema};
use crate::error::Result;
use crate::expr::{CompiledExpr, compile};
use crate::ledger::{Ledger, Loss, LossReason, Trace, TraceEvent};
use crate::operator::Side;
use crate::operator::late::{drop_late, event_time_column, event_times};
use crate::operator::state::{KeyedRows, Keys, in_time_order};
use crate::plan::{Column, Expr, JoinKind, conjunction};
use crate::progress::StateProgress;
use crate::session::Session;
use crate::watermark::{EventTimeObservation, Watermark};

/// What there is to know of one input of the join, but for the rows that it keeps.
pub(super) struct JoinSide {
    pub(super) keys: Keys,
    /// Layout of a row that is kept.
    pub(super) stored: SchemaRef,
    /// Position of the event-time column, if the side has one.
    pub(super) event_time: Option<usize>,
    pub(super) eviction: Eviction,
    /// Number of the side's own columns; the record id follows them, then computed keys.
    pub(super) width: usize,
    /// What a row has to meet by itself to match anything.
    pub(super) condition: Option<CompiledExpr>,
    /// Whether unmatched rows come out.
    pub(super) outer: bool,
}

/// Everything about a join but the rows that it keeps.
pub(crate) struct Matcher {
    pub(super) kind: JoinKind,
    pub(super) sides: [JoinSide; 2],
    /// Conditions that need both sides.
    residual: Option<Residual>,
    /// Left columns, right columns, record id.
    pair_schema: SchemaRef,
    /// What comes out.
    pub(super) schema: SchemaRef,
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
pub(super) struct Met {
    pub(super) ledger: Ledger,
    pub(super) state: StateProgress,
    /// Rows that come out, in order.
    pub(super) out: Vec<RecordBatch>,
    /// Of a left semi join's right side: the pairs, of which the first of each left row comes out.
    pub(super) pairs: Option<RecordBatch>,
    /// Slots of the other side that have found a match, one for each pair.
    pub(super) slots: Vec<u32>,
    pub(super) incoming: Option<Incoming>,
}

/// Pairs that match, and their joined rows.
struct Matches {
    candidates: Candidates,
    pairs: RecordBatch,
}

/// Rows that are going to be kept.
pub(super) struct Incoming {
    pub(super) rows: RecordBatch,
    pub(super) hashes: Vec<u64>,
    pub(super) matched: Vec<bool>,
    /// When each leaves, by the positions of the rows: in the order of the times.
    pub(super) times: Vec<(i64, u32)>,
}

impl Matcher {
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
                stored: keys.stored_schema(own),
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
    pub(super) fn meet(
        &self,
        side: Side,
        input: RecordBatch,
        other: &KeyedRows,
        facts: BatchFacts,
    ) -> Result<Met> {
        let own = &self.sides[side as usize];
        let mut met = Met { ledger: Ledger::new(facts.traced), ..Met::default() };
        let mut observation = EventTimeObservation::default();
        let mut part = facts.context(&mut met.ledger, &mut met.state, &mut observation);
        let input = match own.event_time {
            Some(times) => drop_late(input, times, NAME, &mut part)?,
            None => input,
        };
        let input = self.screen(side, input, &mut part, &mut met.out)?;
        if input.num_rows() == 0 {
            return Ok(met);
        }
        let probe = Probe::new(input, &own.keys)?;
        let matches = self.matches(side, &probe, other, &mut part)?;
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
    fn matches(
        &self,
        side: Side,
        probe: &Probe,
        other: &KeyedRows,
        ctx: &mut BatchContext<'_>,
    ) -> Result<Option<Matches>> {
        let keys = self.sides[side.other() as usize].keys.positions();
        let mut candidates = Candidates::of(probe, other, &keys)?;
        if candidates.slots.is_empty() {
            return Ok(None);
        }
        if let Some(residual) = &self.residual {
            let holds = self.holds(residual, side, probe, other, &candidates)?;
            candidates.retain(&holds)?;
        }
        let pairs = self.pairs(side, probe, other, &candidates)?;
        if ctx.ledger.is_traced() {
            self.trace_pairs(side, probe, other, (&candidates, &pairs), ctx)?;
        }
        Ok(Some(Matches { candidates, pairs }))
    }

    /// For which pairs the conditions hold that need both sides.
    fn holds(
        &self,
        residual: &Residual,
        side: Side,
        probe: &Probe,
        other: &KeyedRows,
        candidates: &Candidates,
    ) -> Result<BooleanArray> {
        let mine = residual.columns[side as usize].iter();
        let mine = mine.map(|at| Ok(take(probe.rows.column(*at), &candidates.rows, None)?));
        let mine = mine.collect::<Result<Vec<ArrayRef>>>()?;
        let theirs = other.gather(&residual.columns[side.other() as usize], &candidates.slots)?;
        let columns = match side {
            Side::Left => [mine, theirs].concat(),
            Side::Right => [theirs, mine].concat(),
        };
        let options = RecordBatchOptions::new().with_row_count(Some(candidates.slots.len()));
        let schema = Arc::clone(&residual.schema);
        residual.condition.matches(&RecordBatch::try_new_with_options(schema, columns, &options)?)
    }

    /// The joined rows of candidate pairs.
    fn pairs(
        &self,
        side: Side,
        probe: &Probe,
        other: &KeyedRows,
        candidates: &Candidates,
    ) -> Result<RecordBatch> {
        let mine = probe.rows.columns().iter().take(self.sides[side as usize].width + 1);
        let mut mine =
            mine.map(|c| Ok(take(c, &candidates.rows, None)?)).collect::<Result<Vec<ArrayRef>>>()?;
        let wanted: Vec<usize> = (0..=self.sides[side.other() as usize].width).collect();
        let mut theirs = other.gather(&wanted, &candidates.slots)?;
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
        other: &KeyedRows,
        (candidates, pairs): (&Candidates, &RecordBatch),
        ctx: &mut BatchContext<'_>,
    ) -> Result<()> {
        let times = self.sides[Side::Left as usize].event_time.map(|at| event_times(pairs.column(at)));
        let right = &self.sides[Side::Right as usize];
        let with = match side {
            Side::Left => other.gather(&[right.width], &candidates.slots)?.remove(0),
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
    pub(super) fn left_rows(&self, rows: &RecordBatch, id: usize) -> Result<RecordBatch> {
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
            let times = in_time_order((0..matched.len()).map(time));
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
            times: in_time_order(kept.iter().map(|row| time(*row as usize))),
            rows: arrow::compute::take_record_batch(&probe.rows, &UInt32Array::from(kept))?,
        })
    }
}

/// Rows of one side under the schema of what comes out, the other side's columns null; the side has `width` columns.
pub(super) fn with_nulls(
    schema: &SchemaRef,
    width: usize,
    side: Side,
    rows: &RecordBatch,
) -> Result<RecordBatch> {
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
pub(super) fn trace_unmatched(side: &JoinSide, rows: &RecordBatch, ctx: &mut BatchContext<'_>) {
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

pub(super) fn report(ctx: &mut BatchContext<'_>, ids: &UInt64Array, reason: LossReason) {
    ctx.ledger.losses.extend(ids.values().iter().map(|id| Loss {
        record: RecordId::unpack(*id),
        batch: ctx.batch,
        reason,
        operator: NAME,
        event_time: None,
        watermark: (reason == LossReason::EvictedUnmatched).then_some(ctx.watermarks.eviction),
    }));
}
