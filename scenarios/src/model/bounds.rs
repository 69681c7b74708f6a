//! Until when a side of a join keeps a row: the state watermark.
//!
//! If some key of the join is an event-time column, rows of both sides leave by that key. Else the condition is asked,
//! conjunct by conjunct: `right.time <= left.time + 30 s` is `right.time - left.time - 30 s <= 0`; with the watermark
//! in the place of the right time, that is a bound below which no left time can match any more. The least bound
//! counts. Peculiarities are Spark's: equal terms of a sum count once, numbers are seconds, and it is never asked
//! whether the bounded column is an event time at all.
//!
//! Source: `StreamingJoinHelper.getStateValueWatermark`, `StreamingSymmetricHashJoinHelper.getStateWatermarkPredicates`
//! (Spark 3.5.4).

use arrow::array::types::{DurationMicrosecondType, Float64Type};
use arrow::array::{Array, cast::AsArray};
use arrow::compute::cast;
use arrow::datatypes::DataType;
use wavetank_engine::batch::{BatchId, RecordId};
use wavetank_engine::plan::{BinaryOp, Column, ColumnId, Expr};
use wavetank_engine::session::Session;
use wavetank_engine::watermark::Watermark;

use super::rows::{Row, RowExpr};

/// What makes the rows of a side leave.
#[derive(Debug, Clone)]
pub(super) enum Leaving {
    /// Nothing.
    Never,
    /// The time of this key.
    ByKey(usize),
    /// The event time in this column.
    ByTime { column: usize, bounds: Vec<Bound> },
}

/// A conjunct solved for a time of a side: the sum of the terms is at most that time, or less than it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Bound {
    terms: Vec<Term>,
    strict: bool,
}

/// A summand.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Term {
    negated: bool,
    value: TermValue,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum TermValue {
    Column(ColumnId),
    Micros(f64),
}

impl Leaving {
    /// `rest` are the conjuncts beside the key equalities, `column` is the side's own event time.
    pub(super) fn by_time(rest: &[Expr], column: Option<usize>, own: &[Column], other: &[Column]) -> Leaving {
        let bounds: Vec<Bound> = rest.iter().filter_map(|conjunct| solve(conjunct, own, other)).collect();
        match column {
            Some(column) if !bounds.is_empty() && other.iter().any(|c| c.delay.is_some()) => {
                Leaving::ByTime { column, bounds }
            }
            _ => Leaving::Never,
        }
    }

    /// The state watermark: rows at or before it leave.
    pub(super) fn state_watermark(&self, watermark: Watermark) -> Option<Watermark> {
        match self {
            Leaving::Never => None,
            Leaving::ByKey(_) => Some(watermark),
            Leaving::ByTime { bounds, .. } => bounds.iter().map(|bound| bound.at(watermark)).min(),
        }
    }
}

impl Bound {
    fn at(&self, watermark: Watermark) -> Watermark {
        let micros = self.terms.iter().map(|term| {
            let micros = match term.value {
                // The only columns left are event times of the other side.
                TermValue::Column(_) => watermark.millis as f64 * 1000.0,
                TermValue::Micros(micros) => micros,
            };
            if term.negated { -micros } else { micros }
        });
        let millis = (micros.sum::<f64>() / 1000.0) as i64;
        Watermark { millis: if self.strict { millis } else { millis - 1 } }
    }
}

/// Solves an inequality for the one column of `own` in it.
fn solve(conjunct: &Expr, own: &[Column], other: &[Column]) -> Option<Bound> {
    let Expr::Binary { op, left, right } = conjunct else { return None };
    let (small, great, strict) = match op {
        BinaryOp::Lt => (left, right, true),
        BinaryOp::LtEq => (left, right, false),
        BinaryOp::Gt => (right, left, true),
        BinaryOp::GtEq => (right, left, false),
        _ => return None,
    };
    let is_of = |side: &[Column], id: ColumnId| side.iter().any(|column| column.id == id);
    let references = conjunct.references();
    let count = |side: &[Column]| references.iter().filter(|id| is_of(side, **id)).count();
    if count(own) > 1 || count(other) > 1 {
        return None;
    }
    // small - great < 0, as a set of terms.
    let mut terms: Vec<Term> = Vec::new();
    for term in [summands(small, false)?, summands(great, true)?].concat() {
        if !terms.contains(&term) {
            terms.push(term);
        }
    }
    let is_bounded = |term: &Term| matches!(term.value, TermValue::Column(id) if is_of(own, id));
    let (bounded, terms): (Vec<Term>, Vec<Term>) = terms.into_iter().partition(is_bounded);
    let has_value = |term: &Term| match term.value {
        TermValue::Column(id) => other.iter().any(|column| column.id == id && column.delay.is_some()),
        TermValue::Micros(_) => true,
    };
    match bounded[..] {
        [Term { negated: true, .. }] if !terms.is_empty() && terms.iter().all(has_value) => {
            Some(Bound { terms, strict })
        }
        _ => None,
    }
}

/// The terms of a sum, signs apart; `None` if there is anything else in it.
fn summands(expr: &Expr, negated: bool) -> Option<Vec<Term>> {
    if expr.references().is_empty() {
        // What has no columns, Spark has computed before.
        return Some(vec![Term { negated, value: TermValue::Micros(constant_micros(expr)?) }]);
    }
    match expr {
        Expr::Column { id, .. } => Some(vec![Term { negated, value: TermValue::Column(*id) }]),
        Expr::Binary { op: BinaryOp::Add, left, right } => {
            Some([summands(left, negated)?, summands(right, negated)?].concat())
        }
        // The difference of two times is an expression of its own in Spark (`SubtractTimestamps`), which is not solved.
        Expr::Binary { op: BinaryOp::Subtract, left, right } if !is_time(right) => {
            Some([summands(left, negated)?, summands(right, !negated)?].concat())
        }
        Expr::Negate(input) => summands(input, !negated),
        Expr::Cast { input, to } if to.is_numeric() || matches!(to, DataType::Timestamp(..)) => {
            summands(input, negated)
        }
        _ => None,
    }
}

fn is_time(expr: &Expr) -> bool {
    matches!(expr.data_type(), DataType::Timestamp(..))
}

/// A constant length of time or number of seconds, in microseconds. On a constant time Spark gives up: it multiplies
/// whole numbers with a double there, which fails.
fn constant_micros(expr: &Expr) -> Option<f64> {
    let nothing = Row { values: vec![], record: RecordId { batch: BatchId(0), source: 0, index: 0 } };
    let value = RowExpr::new(expr, &[], &Session::default()).ok()?.value(&nothing).ok()?;
    if value.is_null(0) {
        return None;
    }
    match value.data_type() {
        DataType::Duration(_) => Some(value.as_primitive::<DurationMicrosecondType>().value(0) as f64),
        number if number.is_numeric() => {
            let seconds = cast(&value, &DataType::Float64).ok()?;
            Some(seconds.as_primitive::<Float64Type>().value(0) * 1e6)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use wavetank_engine::frame::Frames;
    use wavetank_engine::plan::{JoinKind, LogicalPlan, RecordFormat, split_conjunction};
    use wavetank_engine::types::parse_ddl_schema;

    use super::*;

    /// State watermarks of left and right at a watermark of 100 s, in milliseconds.
    fn bounds(condition: &str) -> [Option<i64>; 2] {
        let mut frames = Frames::default();
        let mut side = |table: &str, ddl: &str, time: &str| {
            let schema = Arc::new(parse_ddl_schema(ddl).unwrap());
            let frame = frames.stream(table, schema, RecordFormat::default());
            frames.with_watermark(frame, time, "1 second").unwrap()
        };
        let left = side("L", "t TIMESTAMP, t2 TIMESTAMP, v BIGINT, d DOUBLE", "t");
        let right = side("R", "rt TIMESTAMP, rt2 TIMESTAMP, rv BIGINT", "rt");
        let join = frames.join(left, right, JoinKind::Inner, condition).unwrap();
        let LogicalPlan::Join { left, right, condition, .. } = frames.pipeline(join, "out").plan else {
            panic!("the query is a join")
        };
        let (left, right) = (left.columns(), right.columns());
        let rest = condition.as_ref().map(split_conjunction).unwrap_or_default();
        let at = |own: &[Column], other: &[Column]| {
            let leaving = Leaving::by_time(&rest, Some(0), own, other);
            leaving.state_watermark(Watermark { millis: 100_000 }).map(|watermark| watermark.millis)
        };
        [at(&left, &right), at(&right, &left)]
    }

    #[test]
    fn a_range_bounds_both_sides_and_equality_costs_a_millisecond() {
        assert_eq!(bounds("rt >= t AND rt <= t + interval 30 seconds"), [Some(69_999), Some(99_999)]);
        assert_eq!(bounds("rt > t AND rt < t + interval 30 seconds"), [Some(70_000), Some(100_000)]);
        assert_eq!(bounds("rt BETWEEN t - interval 1500 milliseconds AND t"), [Some(99_999), Some(98_499)]);
        assert_eq!(bounds("t <= rt"), [None, Some(99_999)]);
    }

    #[test]
    fn equal_terms_count_once_unless_they_are_added_up_first() {
        assert_eq!(bounds("rt < t + interval 30 seconds + interval 30 seconds")[0], Some(70_000));
        assert_eq!(bounds("rt < t + interval 29 seconds + interval 31 seconds")[0], Some(40_000));
        assert_eq!(bounds("rt < t + (interval 30 seconds + interval 30 seconds)")[0], Some(40_000));
    }

    #[test]
    fn a_number_is_taken_for_seconds_and_the_least_bound_counts() {
        assert_eq!(bounds("v > 3 AND rt <= t"), [Some(3000), None]);
        assert_eq!(bounds("v >= 3 AND rt <= t"), [Some(2999), None]);
        assert_eq!(bounds("d > 3.5"), [Some(3500), None]);
        assert_eq!(bounds("v < 3 AND rt <= t"), [Some(99_999), None]);
    }

    #[test]
    fn what_cannot_be_solved_bounds_nothing() {
        for condition in [
            "rt2 <= t",
            "rt - t <= interval 30 seconds",
            "t >= timestamp '2024-03-01 10:00:00'",
            "rt <= t OR v = 1",
            "rt <= t2 + (t - rt2)",
            "rt = t",
            "v = 3",
        ] {
            assert_eq!(bounds(condition)[0], None, "{condition}");
        }
    }
}
