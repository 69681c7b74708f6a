//! How long a side of the join keeps its rows: the state watermark, derived from the join condition.
//!
//! `r.time BETWEEN p.time AND p.time + 30 seconds` says that a purchase older than the watermark by more than 30
//! seconds can never match again. Each conjunct that bounds one side from below by the other side's event time
//! gives a candidate; the least one counts.
//!
//! Source: `StreamingJoinHelper.getStateValueWatermark`, `StreamingSymmetricHashJoinHelper.getStateWatermarkPredicates`
//! (Spark 3.5.4), peculiarities included: equal terms of a sum count once, and a one-sided numeric bound left in
//! the condition of an outer join is taken for seconds since the epoch.

use arrow::datatypes::DataType;
use datafusion_common::ScalarValue;

use crate::plan::{BinaryOp, Column, ColumnId, Expr};
use crate::watermark::Watermark;

/// One conjunct solved for a side's time: `coefficient × watermark + offset < time` (or `<=`).
#[derive(Debug, Clone, Copy, PartialEq)]
struct Candidate {
    /// How often the other side's event time occurs in the sum, with its sign.
    watermark_terms: f64,
    /// Constant part in microseconds.
    offset_micros: f64,
    strict: bool,
}

/// The state watermark of one side as a function of the operator's watermark.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct StateBound {
    candidates: Vec<Candidate>,
}

impl StateBound {
    /// Derives the bound of `side` from the conjuncts that are not key equalities. `None` when nothing bounds it:
    /// its rows are kept for ever.
    pub(crate) fn derive(residual: &[Expr], side: &[Column], other: &[Column]) -> Option<StateBound> {
        other.iter().find(|c| c.delay.is_some())?;
        let candidates: Vec<Candidate> =
            residual.iter().filter_map(|conjunct| solve(conjunct, side, other)).collect();
        (!candidates.is_empty()).then_some(StateBound { candidates })
    }

    /// Whether a conjunct has equal terms, of which only one counts.
    pub(crate) fn drops_a_term(conjunct: &Expr) -> bool {
        let Expr::Binary { op, left, right } = conjunct else { return false };
        let mut terms = Vec::new();
        let taken = op.is_comparison()
            && collect(left, 1.0, &mut terms).is_some()
            && collect(right, -1.0, &mut terms).is_some();
        taken && distinct(terms.clone()).len() < terms.len()
    }

    /// Whether a conjunct holds a side's rows by a constant that has nothing to do with a watermark.
    pub(crate) fn is_constant(conjunct: &Expr, side: &[Column], other: &[Column]) -> bool {
        other.iter().any(|column| column.delay.is_some())
            && solve(conjunct, side, other).is_some_and(|candidate| candidate.watermark_terms == 0.0)
    }

    /// State rows at or before the result can match nothing that is still to come.
    pub(crate) fn at(&self, watermark: Watermark) -> Watermark {
        let millis = self.candidates.iter().map(|candidate| candidate.at(watermark));
        Watermark { millis: millis.min().expect("a bound has at least one candidate") }
    }
}

impl Candidate {
    /// The bound in milliseconds. At the end there is no distance to keep any more.
    fn at(&self, watermark: Watermark) -> i64 {
        if watermark == Watermark::END && self.watermark_terms > 0.0 {
            return watermark.millis;
        }
        let micros = self.offset_micros + self.watermark_terms * (watermark.millis as f64 * 1000.0);
        let millis = (micros / 1000.0) as i64;
        if self.strict { millis } else { millis.saturating_sub(1) }
    }
}

/// One summand of a condition brought to the form `sum < 0`.
#[derive(Debug, Clone, PartialEq)]
enum Term {
    Column(ColumnId),
    Micros(f64),
}

/// Solves `left < right` (any inequality) for the column of `side`, which has to come out negated.
fn solve(conjunct: &Expr, side: &[Column], other: &[Column]) -> Option<Candidate> {
    let Expr::Binary { op, left, right } = conjunct else { return None };
    let (small, large, strict) = match op {
        BinaryOp::Lt => (left, right, true),
        BinaryOp::LtEq => (left, right, false),
        BinaryOp::Gt => (right, left, true),
        BinaryOp::GtEq => (right, left, false),
        _ => return None,
    };
    let mut terms = Vec::new();
    collect(small, 1.0, &mut terms)?;
    collect(large, -1.0, &mut terms)?;
    let references = conjunct.references();
    let of = |columns: &[Column]| columns.iter().filter(|c| references.contains(&c.id)).count();
    if of(side) != 1 || of(other) > 1 {
        return None;
    }
    let is_side = |term: &Term| matches!(term, Term::Column(id) if side.iter().any(|c| c.id == *id));
    let (constrained, rest): (Vec<_>, Vec<_>) = distinct(terms).into_iter().partition(|(_, t)| is_side(t));
    let [(sign, _)] = constrained[..] else { return None };
    if sign > 0.0 || rest.is_empty() {
        return None;
    }
    let mut candidate = Candidate { watermark_terms: 0.0, offset_micros: 0.0, strict };
    for (sign, term) in rest {
        match term {
            Term::Micros(micros) => candidate.offset_micros += sign * micros,
            Term::Column(id) => {
                other.iter().find(|c| c.id == id && c.delay.is_some())?;
                candidate.watermark_terms += sign;
            }
        }
    }
    Some(candidate)
}

/// Spark keeps the terms in a set, so equal terms count once.
fn distinct(terms: Vec<(f64, Term)>) -> Vec<(f64, Term)> {
    let mut kept: Vec<(f64, Term)> = Vec::new();
    for term in terms {
        if !kept.contains(&term) {
            kept.push(term);
        }
    }
    kept
}

/// Flattens sums, differences and negations; casts between numbers and to timestamps are looked through. What has no
/// column in it is one term, as Spark has folded it by then.
fn collect(expr: &Expr, sign: f64, terms: &mut Vec<(f64, Term)>) -> Option<()> {
    if expr.references().is_empty() {
        terms.push((sign, Term::Micros(constant_micros(expr)?)));
        return Some(());
    }
    match expr {
        Expr::Binary { op: BinaryOp::Add, left, right } => {
            collect(left, sign, terms)?;
            collect(right, sign, terms)
        }
        // The distance of two times is none of the sums that are taken apart.
        Expr::Binary { op: BinaryOp::Subtract, left, right }
            if is_time(&left.data_type()) && is_time(&right.data_type()) =>
        {
            None
        }
        Expr::Binary { op: BinaryOp::Subtract, left, right } => {
            collect(left, sign, terms)?;
            collect(right, -sign, terms)
        }
        Expr::Negate(input) => collect(input, -sign, terms),
        Expr::Cast { input, to } if to.is_numeric() || matches!(to, DataType::Timestamp(..)) => {
            collect(input, sign, terms)
        }
        Expr::Column { id, .. } => {
            terms.push((sign, Term::Column(*id)));
            Some(())
        }
        _ => None,
    }
}

/// The value of a sum of literals.
fn constant_micros(expr: &Expr) -> Option<f64> {
    match expr {
        Expr::Literal(value) => literal_micros(value),
        Expr::Binary { op: BinaryOp::Add, left, right } => {
            Some(constant_micros(left)? + constant_micros(right)?)
        }
        Expr::Binary { op: BinaryOp::Subtract, left, right } => {
            Some(constant_micros(left)? - constant_micros(right)?)
        }
        Expr::Negate(input) => Some(-constant_micros(input)?),
        Expr::Cast { input, to } if to.is_numeric() && input.data_type() == DataType::Utf8 => {
            let Expr::Literal(ScalarValue::Utf8(Some(number))) = &**input else { return None };
            number.trim().parse::<f64>().ok().map(|seconds| seconds * 1e6)
        }
        Expr::Cast { input, to } if to.is_numeric() || matches!(to, DataType::Timestamp(..)) => {
            constant_micros(input)
        }
        _ => None,
    }
}

fn is_time(data_type: &DataType) -> bool {
    matches!(data_type, DataType::Timestamp(..) | DataType::Date32)
}

/// Numbers are seconds.
fn literal_micros(value: &ScalarValue) -> Option<f64> {
    match value {
        ScalarValue::DurationMicrosecond(Some(v)) | ScalarValue::TimestampMicrosecond(Some(v), _) => {
            Some(*v as f64)
        }
        ScalarValue::Int8(Some(v)) => Some(f64::from(*v) * 1e6),
        ScalarValue::Int16(Some(v)) => Some(f64::from(*v) * 1e6),
        ScalarValue::Int32(Some(v)) => Some(f64::from(*v) * 1e6),
        ScalarValue::Int64(Some(v)) => Some(*v as f64 * 1e6),
        ScalarValue::Float32(Some(v)) => Some(f64::from(*v) * 1e6),
        ScalarValue::Float64(Some(v)) => Some(*v * 1e6),
        ScalarValue::Decimal128(Some(v), _, scale) => Some(*v as f64 / 10f64.powi(i32::from(*scale)) * 1e6),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expr::timestamp;
    use crate::plan::{ColumnIds, Delay};

    fn side(ids: &mut ColumnIds) -> (Vec<Column>, Expr) {
        let mut column = ids.column("time", timestamp(), true);
        column.delay = Some(Delay { millis: 0 });
        let expr = Expr::Column { id: column.id, data_type: timestamp(), nullable: true };
        (vec![column], expr)
    }

    fn seconds(n: i64) -> Expr {
        Expr::Literal(ScalarValue::DurationMicrosecond(Some(n * 1_000_000)))
    }

    fn bounds(condition: impl Fn(Expr, Expr) -> Vec<Expr>) -> [Option<i64>; 2] {
        let mut ids = ColumnIds::default();
        let ((left, l), (right, r)) = (side(&mut ids), side(&mut ids));
        let residual = condition(l, r);
        let at = |bound: Option<StateBound>| bound.map(|b| b.at(Watermark { millis: 100_000 }).millis);
        [at(StateBound::derive(&residual, &left, &right)), at(StateBound::derive(&residual, &right, &left))]
    }

    #[test]
    fn a_range_bounds_both_sides_one_millisecond_looser_than_the_watermark() {
        let within_30_seconds = |l: Expr, r: Expr| {
            vec![
                Expr::binary(BinaryOp::GtEq, r.clone(), l.clone()),
                Expr::binary(BinaryOp::LtEq, r, Expr::binary(BinaryOp::Add, l, seconds(30))),
            ]
        };
        assert_eq!(bounds(within_30_seconds), [Some(69_999), Some(99_999)]);
    }

    #[test]
    fn the_end_of_input_is_the_end_for_both_sides() {
        let mut ids = ColumnIds::default();
        let ((left, l), (right, r)) = (side(&mut ids), side(&mut ids));
        let in_time = Expr::binary(BinaryOp::LtEq, r.clone(), Expr::binary(BinaryOp::Add, l, seconds(30)));
        let constant = Expr::binary(BinaryOp::Lt, Expr::Literal(ScalarValue::Int64(Some(7))), r);
        let at = |residual: &[Expr], own: &[Column], other: &[Column]| {
            StateBound::derive(residual, own, other).map(|bound| bound.at(Watermark::END).millis)
        };
        assert_eq!(at(std::slice::from_ref(&in_time), &left, &right), Some(Watermark::END.millis));
        // What has nothing to do with a watermark holds rows to the end, as in Spark.
        assert_eq!(at(&[constant], &right, &left), Some(7000));
    }

    #[test]
    fn strict_bounds_are_exact() {
        let strictly_within = |l: Expr, r: Expr| {
            vec![
                Expr::binary(BinaryOp::Gt, r.clone(), l.clone()),
                Expr::binary(BinaryOp::Lt, r, Expr::binary(BinaryOp::Add, l, seconds(30))),
            ]
        };
        assert_eq!(bounds(strictly_within), [Some(70_000), Some(100_000)]);
    }

    #[test]
    fn one_direction_bounds_one_side() {
        let later = |l: Expr, r: Expr| vec![Expr::binary(BinaryOp::GtEq, r, l)];
        assert_eq!(bounds(later), [None, Some(99_999)]);
    }

    #[test]
    fn equal_interval_terms_count_once_as_in_spark() {
        let twice_30_seconds = |l: Expr, r: Expr| {
            let end = Expr::binary(BinaryOp::Add, Expr::binary(BinaryOp::Add, l, seconds(30)), seconds(30));
            vec![Expr::binary(BinaryOp::LtEq, r, end)]
        };
        assert_eq!(bounds(twice_30_seconds)[0], Some(69_999));
    }
}
