//! The join of two streams as a loop in a loop: each side keeps its rows until the watermark has passed them.
//!
//! All left rows of a batch come before any right one. A row is joined with what the other side keeps at that moment,
//! then kept itself, so each pair comes out once. After the last row, what the watermark has passed leaves.
//!
//! Source: `StreamingSymmetricHashJoinExec`, `SymmetricHashJoinStateManager` (Spark 3.5.4).

use std::collections::BTreeSet;

use arrow::array::ArrayRef;
use arrow::datatypes::DataType;
use wavetank_engine::error::Result;
use wavetank_engine::ledger::{KeptRow, Loss, LossReason};
use wavetank_engine::plan::{BinaryOp, Column, ColumnId, Expr, JoinKind, split_conjunction};
use wavetank_engine::session::Session;
use wavetank_engine::watermark::Watermark;

use super::bounds::Leaving;
use super::rows::{Key, Row, RowExpr, all_hold, key_of, null, time_of, unique_floats};
use super::tree::{Turn, loss};
use super::watermarks::{event_time_column, is_passed, refused};

const LEFT: usize = 0;
const RIGHT: usize = 1;

/// The join.
#[derive(Clone)]
pub(super) struct Join {
    kind: JoinKind,
    sides: [Side; 2],
    /// Conditions that need both sides.
    both: Vec<RowExpr>,
}

/// One side, and the rows that it keeps.
#[derive(Clone)]
struct Side {
    types: Vec<DataType>,
    keys: Vec<RowExpr>,
    /// Position of its event time.
    time: Option<usize>,
    /// What a row has to meet by itself.
    conditions: Vec<RowExpr>,
    /// Whether rows without a match come out.
    outer: bool,
    leaving: Leaving,
    kept: Vec<Kept>,
}

#[derive(Debug, Clone)]
struct Kept {
    row: Row,
    key: Key,
    /// The time by which it leaves.
    time: Option<i64>,
    matched: bool,
}

/// A condition `left = right`, or `left <=> right`.
struct Equality {
    left: Expr,
    right: Expr,
    null_safe: bool,
}

/// When the rows of a side leave a join, for those who ask it of an expression.
pub(crate) struct SideTiming {
    /// The time by which a row leaves; `None` if none ever does.
    pub(crate) time: Option<Expr>,
    /// What a row has to meet by itself to wait for a match at all.
    pub(crate) conditions: Vec<Expr>,
    leaving: Leaving,
}

impl SideTiming {
    /// Rows at or before this leave under a watermark.
    pub(crate) fn mark(&self, watermark: Watermark) -> Option<Watermark> {
        self.leaving.state_watermark(watermark)
    }
}

/// The timing of both sides of a join, from its condition as optimized.
///
/// # Errors
/// More than one event time on a side.
pub(crate) fn join_timing(
    condition: Option<&Expr>,
    left: &[Column],
    right: &[Column],
) -> Result<[SideTiming; 2]> {
    let (mut equalities, mut rest) = (Vec::new(), Vec::new());
    for conjunct in condition.map(split_conjunction).unwrap_or_default() {
        match equality(&conjunct, left, right) {
            Some(equality) => equalities.push(equality),
            None => rest.push(conjunct),
        }
    }
    let time_key = event_time_key(&equalities, left, right);
    let side = |own: &[Column], other: &[Column], key: fn(&Equality) -> &Expr| -> Result<SideTiming> {
        let leaving = match time_key {
            Some(key) => Leaving::ByKey(key),
            None => Leaving::by_time(&rest, event_time_column(own)?, own, other),
        };
        let time = match leaving {
            Leaving::Never => None,
            Leaving::ByKey(at) => Some(key(&equalities[at]).clone()),
            Leaving::ByTime { column, .. } => Some(own[column].reference()),
        };
        let of_own = rest.iter().filter(|e| reads_only(e, own) && !reads_only(e, other));
        Ok(SideTiming { time, conditions: of_own.cloned().collect(), leaving })
    };
    Ok([side(left, right, |equality| &equality.left)?, side(right, left, |equality| &equality.right)?])
}

impl Join {
    pub(super) fn new(
        kind: JoinKind,
        condition: Option<&Expr>,
        left: &[Column],
        right: &[Column],
        session: &Session,
    ) -> Result<Self> {
        let conjuncts = condition.map(split_conjunction).unwrap_or_default();
        let (mut equalities, mut rest) = (Vec::new(), Vec::new());
        for conjunct in conjuncts {
            match equality(&conjunct, left, right) {
                Some(equality) => equalities.push(equality),
                None => rest.push(conjunct),
            }
        }
        if equalities.is_empty() {
            return Err(refused("Stream-stream join without equality predicate is not supported."));
        }
        let time_key = event_time_key(&equalities, left, right);
        let side = |own: &[Column], other: &[Column], keys: Vec<&Expr>, outer: bool| -> Result<Side> {
            let time = event_time_column(own)?;
            let compiled = |expr: &Expr| RowExpr::new(expr, own, session);
            let of_own = rest.iter().filter(|e| reads_only(e, own) && !reads_only(e, other));
            Ok(Side {
                types: own.iter().map(|column| column.data_type.clone()).collect(),
                keys: keys.into_iter().map(compiled).collect::<Result<_>>()?,
                time,
                conditions: of_own.map(compiled).collect::<Result<_>>()?,
                outer,
                leaving: match time_key {
                    Some(key) => Leaving::ByKey(key),
                    None => Leaving::by_time(&rest, time, own, other),
                },
                kept: vec![],
            })
        };
        let all = [left, right].concat();
        let of_both = rest.iter().filter(|e| reads_only(e, left) == reads_only(e, right));
        let left_keys = equalities.iter().map(|equality| &equality.left).collect();
        let right_keys = equalities.iter().map(|equality| &equality.right).collect();
        Ok(Self {
            kind,
            both: of_both.map(|e| RowExpr::new(e, &all, session)).collect::<Result<_>>()?,
            sides: [
                side(left, right, left_keys, kind.keeps_left())?,
                side(right, left, right_keys, kind.keeps_right())?,
            ],
        })
    }

    /// Whether anything ever leaves.
    pub(super) fn evicts(&self) -> bool {
        self.sides.iter().any(|side| !matches!(side.leaving, Leaving::Never))
    }

    /// Rows that come out later are not before this.
    pub(super) fn output_watermark(&self, input: Watermark) -> Watermark {
        let states = self.sides.iter().filter_map(|side| side.leaving.state_watermark(input));
        states.chain([input]).min().map_or(Watermark::ZERO, |least| least.max(Watermark::ZERO))
    }

    /// The rows that wait for a match, or to leave.
    pub(super) fn kept(&self, operator: &'static str) -> Vec<KeptRow> {
        let of_side = |side: &Side| {
            let event_time = |row: &Row| side.time.and_then(|column| time_of(&row.values[column]));
            let kept = side.kept.iter().map(|Kept { row, matched, .. }| KeptRow {
                record: row.record,
                operator,
                event_time: event_time(row),
                matched: *matched,
            });
            kept.collect::<Vec<_>>()
        };
        self.sides.iter().flat_map(of_side).collect()
    }

    pub(super) fn run(&mut self, left: Vec<Row>, right: Vec<Row>, turn: &mut Turn<'_>) -> Result<Vec<Row>> {
        let mut output = Vec::new();
        for (side, rows) in [(LEFT, left), (RIGHT, right)] {
            let mut able = Vec::new();
            for row in rows {
                if self.is_able(side, &row, &mut output, turn)? {
                    able.push(row);
                }
            }
            for row in able {
                self.take(side, row, &mut output, turn)?;
            }
        }
        for side in [LEFT, RIGHT] {
            self.evict(side, &mut output, turn);
        }
        turn.counts.rows_total = self.sides.iter().map(|side| side.kept.len() as u64).sum();
        Ok(output)
    }

    /// Whether a row is in time and meets what is asked of its side alone.
    fn is_able(&self, at: usize, row: &Row, output: &mut Vec<Row>, turn: &mut Turn<'_>) -> Result<bool> {
        let side = &self.sides[at];
        if turn.drops_late(row, side.time.and_then(|column| time_of(&row.values[column]))) {
            turn.counts.rows_dropped_by_watermark += 1;
            return Ok(false);
        }
        if all_hold(&side.conditions, row)? {
            return Ok(true);
        }
        match side.outer {
            true => output.push(self.alone(at, row)),
            false => turn.lose(row, LossReason::Filtered),
        }
        Ok(false)
    }

    /// Joins a row with what the other side keeps, then keeps it.
    fn take(&mut self, at: usize, row: Row, output: &mut Vec<Row>, turn: &mut Turn<'_>) -> Result<()> {
        let keys = self.sides[at].keys.iter().map(|key| Ok(unique_floats(&key.value(&row)?)));
        let keys = keys.collect::<Result<Vec<_>>>()?;
        let key = key_of(&keys)?;
        let mut others = std::mem::take(&mut self.sides[1 - at].kept);
        let mut matched = false;
        for other in others.iter_mut().filter(|other| other.key == key) {
            let pair = match at {
                LEFT => pair(&row, &other.row),
                _ => pair(&other.row, &row),
            };
            if !all_hold(&self.both, &pair)? {
                continue;
            }
            match (self.kind, at) {
                (JoinKind::LeftSemi, RIGHT) if !other.matched => output.push(other.row.clone()),
                (JoinKind::LeftSemi, LEFT) if !matched => output.push(row.clone()),
                (JoinKind::LeftSemi, _) => {}
                _ => output.push(pair),
            }
            other.matched = true;
            matched = true;
        }
        self.sides[1 - at].kept = others;
        let kept = Kept { time: self.sides[at].time_to_leave(&keys, &row), row, key, matched };
        self.keep(at, kept, turn);
        Ok(())
    }

    /// A left row is kept, unless it has come out of a left semi join. A right row is kept unless it would leave at
    /// once (SPARK-49829); one that has to come out alone is kept all the same.
    fn keep(&mut self, at: usize, kept: Kept, turn: &mut Turn<'_>) {
        let side = &mut self.sides[at];
        let leaves = side.leaves(&kept, turn.watermarks.eviction);
        let is_kept = match at {
            LEFT => self.kind != JoinKind::LeftSemi || !kept.matched,
            _ => !leaves || side.outer && !kept.matched,
        };
        if is_kept {
            turn.counts.rows_updated += 1;
            side.kept.push(kept);
        } else if at == RIGHT && !kept.matched {
            turn.lose_unmatched(&kept.row, None);
        }
    }

    /// Lets go of what the watermark has passed, earliest first.
    fn evict(&mut self, at: usize, output: &mut Vec<Row>, turn: &mut Turn<'_>) {
        let eviction = turn.watermarks.eviction;
        let kept = std::mem::take(&mut self.sides[at].kept);
        let (mut leaving, staying): (Vec<Kept>, Vec<Kept>) =
            kept.into_iter().partition(|kept| self.sides[at].leaves(kept, eviction));
        self.sides[at].kept = staying;
        leaving.sort_by_key(|kept| kept.time);
        for kept in leaving {
            match (self.sides[at].outer, kept.matched) {
                (true, true) => {}
                (true, false) => output.push(self.alone(at, &kept.row)),
                (false, matched) => {
                    turn.counts.rows_removed += 1;
                    if !matched {
                        turn.lose_unmatched(&kept.row, kept.time);
                    }
                }
            }
        }
    }

    /// A row of one side with nulls for the other.
    fn alone(&self, at: usize, row: &Row) -> Row {
        let nulls = Row { values: self.sides[1 - at].types.iter().map(null).collect(), record: row.record };
        match at {
            LEFT => pair(row, &nulls),
            _ => pair(&nulls, row),
        }
    }
}

impl Side {
    fn time_to_leave(&self, keys: &[ArrayRef], row: &Row) -> Option<i64> {
        match &self.leaving {
            Leaving::Never => None,
            Leaving::ByKey(key) => time_of(&keys[*key]),
            Leaving::ByTime { column, .. } => time_of(&row.values[*column]),
        }
    }

    fn leaves(&self, kept: &Kept, eviction: Watermark) -> bool {
        self.leaving.state_watermark(eviction).is_some_and(|bound| is_passed(kept.time, bound))
    }
}

impl Turn<'_> {
    fn lose_unmatched(&mut self, row: &Row, event_time: Option<i64>) {
        let watermark = Some(self.watermarks.eviction);
        let loss = loss(self.batch, row.record, LossReason::EvictedUnmatched, self.operator);
        self.losses.push(Loss { event_time, watermark, ..loss });
    }
}

/// Left and right in one row, which counts as the left record's.
fn pair(left: &Row, right: &Row) -> Row {
    Row { values: [left.values.clone(), right.values.clone()].concat(), record: left.record }
}

/// Whether an expression reads columns of this side and no others.
fn reads_only(expr: &Expr, side: &[Column]) -> bool {
    let own: BTreeSet<ColumnId> = side.iter().map(|column| column.id).collect();
    let references = expr.references();
    !references.is_empty() && references.is_subset(&own)
}

/// What a conjunct says is equal, if each operand reads one side (`ExtractEquiJoinKeys`).
fn equality(conjunct: &Expr, left: &[Column], right: &[Column]) -> Option<Equality> {
    let Expr::Binary { op: op @ (BinaryOp::Eq | BinaryOp::NullSafeEq), left: a, right: b } = conjunct else {
        return None;
    };
    let (l, r) = match () {
        _ if reads_only(a, left) && reads_only(b, right) => (a, b),
        _ if reads_only(b, left) && reads_only(a, right) => (b, a),
        _ => return None,
    };
    Some(Equality { left: (**l).clone(), right: (**r).clone(), null_safe: *op == BinaryOp::NullSafeEq })
}

/// The first key that is an event-time column, of the left side before the right. Keys of `<=>` are computed, so
/// they are none.
fn event_time_key(equalities: &[Equality], left: &[Column], right: &[Column]) -> Option<usize> {
    let is_tagged = |expr: &Expr, side: &[Column]| match expr {
        Expr::Column { id, .. } => side.iter().any(|column| column.id == *id && column.delay.is_some()),
        _ => false,
    };
    let of_left = equalities.iter().position(|e| !e.null_safe && is_tagged(&e.left, left));
    of_left.or_else(|| equalities.iter().position(|e| !e.null_safe && is_tagged(&e.right, right)))
}
