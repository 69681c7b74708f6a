//! The rewrites of Spark's optimizer that change an answer, and only those.
//!
//! A row counts towards the watermark when it reaches the event-time operator, and it is kept in state when it
//! reaches a join, so it matters where a filter stands. Spark moves deterministic conjuncts down: below the
//! event-time operator unless they read its column, into the sides of a join as its kind allows, below an
//! aggregation when they read grouping keys only. Among them are the one-sided conjuncts of a join condition and the
//! `IS NOT NULL` that it infers for what the condition compares: a row with a null join key does not advance the
//! watermark of an inner join.
//!
//! Source: `PushPredicateThroughNonJoin`, `PushPredicateThroughJoin`, `InferFiltersFromConstraints`,
//! `EliminateOuterJoin`, `BooleanSimplification`; for columns [`super::prune`] (Spark 3.5.4).

use std::collections::BTreeMap;

use arrow::datatypes::DataType;
use datafusion_common::ScalarValue;

use super::column::ids;
use super::constraints::{constraints, infer, is_never};
use super::prune::prune;
use super::{
    BinaryOp, Column, ColumnId, Expr, FilterOrigin, JoinKind, LogicalPlan, conjunction, split_conjunction,
};
use crate::expr::find_function;

/// A conjunct on its way down, and who asked for it.
type Predicate = (Expr, FilterOrigin);

/// Applies every rewrite.
pub fn optimize(plan: LogicalPlan) -> LogicalPlan {
    prune(moved(plan))
}

/// Every filter where it matters.
fn moved(plan: LogicalPlan) -> LogicalPlan {
    match plan {
        // A row window was refused before.
        LogicalPlan::Stream { .. } | LogicalPlan::RowWindow { .. } => plan,
        LogicalPlan::Project { input, columns } => {
            LogicalPlan::Project { input: Box::new(moved(*input)), columns }
        }
        LogicalPlan::Filter { input, predicate, origin } => {
            let predicates =
                split_conjunction(&simplified(&predicate)).into_iter().map(|p| (p, origin)).collect();
            push(moved(*input), predicates)
        }
        LogicalPlan::Explode { input, array, outer, column } => {
            let mut input = moved(*input);
            if !outer && is_sensitive(&input) && !array.references().is_empty() {
                input = push(input, has_elements(&array));
            }
            LogicalPlan::Explode { input: Box::new(input), array, outer, column }
        }
        LogicalPlan::EventTime { input, column, delay } => {
            LogicalPlan::EventTime { input: Box::new(moved(*input)), column, delay }
        }
        LogicalPlan::Window { input, time, window, column } => {
            let mut input = moved(*input);
            // Uneven windows are filtered one by one behind the expansion.
            if window.duration % window.slide == 0 {
                input = push(input, vec![has_time(&time)]);
            }
            LogicalPlan::Window { input: Box::new(input), time, window, column }
        }
        LogicalPlan::Session { input, time, gap, column } => {
            let input = push(moved(*input), vec![has_time(&time)]);
            LogicalPlan::Session { input: Box::new(input), time, gap, column }
        }
        LogicalPlan::Aggregate { input, keys, session, aggregates } => {
            LogicalPlan::Aggregate { input: Box::new(moved(*input)), keys, session, aggregates }
        }
        LogicalPlan::Deduplicate { input, keys, within_watermark } => {
            LogicalPlan::Deduplicate { input: Box::new(moved(*input)), keys, within_watermark }
        }
        LogicalPlan::Union { inputs, columns } => {
            LogicalPlan::Union { inputs: inputs.into_iter().map(moved).collect(), columns }
        }
        LogicalPlan::Join { left, right, kind, condition } => {
            join(moved(*left), moved(*right), kind, condition)
        }
    }
}

/// A row without elements is filtered before it is exploded (`InferFiltersFromGenerate`), so it may not advance the
/// watermark.
fn has_elements(array: &Expr) -> Vec<Predicate> {
    let size = find_function("size").expect("it is a function of arrays");
    let size = Expr::Call { function: size, args: vec![array.clone()], data_type: DataType::Int32 };
    let some = Expr::binary(BinaryOp::Gt, size, Expr::Literal(ScalarValue::from(0)));
    let there = Expr::IsNotNull(Box::new(array.clone()));
    [some, there].map(|predicate| (predicate, FilterOrigin::NoElements)).to_vec()
}

fn has_time(time: &Expr) -> Predicate {
    (Expr::IsNotNull(Box::new(time.clone())), FilterOrigin::NullEventTime)
}

/// Negations moved inwards as far as they go (`BooleanSimplification`): what is no comparison bounds no state.
fn simplified(predicate: &Expr) -> Expr {
    predicate.rewrite(&|expr| match expr {
        Expr::Not(inner) => negated(inner),
        _ => None,
    })
}

/// The opposite of a predicate without a negation around it, where there is one.
fn negated(predicate: &Expr) -> Option<Expr> {
    use BinaryOp::{And, Gt, GtEq, Lt, LtEq, Or};
    let both = |op, left: &Expr, right: &Expr| {
        let not = |e: &Expr| simplified(&Expr::Not(Box::new(e.clone())));
        Expr::binary(op, not(left), not(right))
    };
    let opposite = |op, left: &Expr, right: &Expr| Expr::binary(op, left.clone(), right.clone());
    Some(match predicate {
        Expr::Not(inner) => simplified(inner),
        Expr::Binary { op: And, left, right } => both(Or, left, right),
        Expr::Binary { op: Or, left, right } => both(And, left, right),
        Expr::Binary { op: Lt, left, right } => opposite(GtEq, left, right),
        Expr::Binary { op: LtEq, left, right } => opposite(Gt, left, right),
        Expr::Binary { op: Gt, left, right } => opposite(LtEq, left, right),
        Expr::Binary { op: GtEq, left, right } => opposite(Lt, left, right),
        Expr::IsNull(inner) => Expr::IsNotNull(inner.clone()),
        Expr::IsNotNull(inner) => Expr::IsNull(inner.clone()),
        _ => return None,
    })
}

/// Moves one-sided conjuncts below a join and adds what its condition and its inputs say about the other side.
fn join(left: LogicalPlan, right: LogicalPlan, kind: JoinKind, condition: Option<Expr>) -> LogicalPlan {
    let conjuncts = condition.map(|c| split_conjunction(&simplified(&c))).unwrap_or_default();
    // Which sides lose a row that the condition rules out.
    let into_left = matches!(kind, JoinKind::Inner | JoinKind::LeftSemi | JoinKind::RightOuter);
    let into_right =
        matches!(kind, JoinKind::Inner | JoinKind::LeftSemi | JoinKind::LeftOuter | JoinKind::LeftAnti);
    let (left_columns, right_columns) = (left.columns(), right.columns());
    let known: Vec<Expr> = [constraints(&left), constraints(&right), conjuncts.clone()].concat();
    let inferred = infer(&known);
    let mut for_left = inferred_filters(&inferred, &left, &left_columns, into_left);
    let mut for_right = inferred_filters(&inferred, &right, &right_columns, into_right);
    let (left_ids, right_ids) = (ids(&left_columns), ids(&right_columns));
    let mut kept = Vec::new();
    for conjunct in conjuncts {
        let references = conjunct.references();
        if into_left && !references.is_empty() && references.is_subset(&left_ids) {
            for_left.push((conjunct, FilterOrigin::Query));
        } else if into_right && !references.is_empty() && references.is_subset(&right_ids) {
            for_right.push((conjunct, FilterOrigin::Query));
        } else {
            kept.push(conjunct);
        }
    }
    LogicalPlan::Join {
        left: Box::new(push(left, for_left)),
        right: Box::new(push(right, for_right)),
        kind,
        condition: conjunction(kept),
    }
}

/// What was inferred about one side and is not known of it already.
fn inferred_filters(
    inferred: &[Expr],
    side: &LogicalPlan,
    columns: &[Column],
    allowed: bool,
) -> Vec<Predicate> {
    if !allowed {
        return vec![];
    }
    let (own, known) = (ids(columns), constraints(side));
    let is_new = |e: &&Expr| e.references().is_subset(&own) && !known.contains(e);
    let news = inferred.iter().filter(is_new);
    let compared: Vec<&Expr> = news.clone().filter(|e| !matches!(e, Expr::IsNotNull(_))).collect();
    let contradictory = matches!(compared[..], [one, other, ..] if contradict(one, other));
    if contradictory || compared.iter().any(|e| is_never(e)) {
        // Without a column in it, it goes below the watermark too: the side is empty (`BooleanSimplification`,
        // `SimplifyBinaryComparison`).
        return vec![(Expr::Literal(ScalarValue::from(false)), FilterOrigin::Query)];
    }
    news.filter(|e| !is_trivial(e, columns)).map(|e| (e.clone(), origin(e, columns))).collect()
}

/// Whether one comparison is the opposite of the other, whichever way round they are written.
fn contradict(one: &Expr, other: &Expr) -> bool {
    let Some(opposite) = negated(one) else { return false };
    opposite == *other || turned(&opposite).is_some_and(|opposite| opposite == *other)
}

/// `b > a` for `a < b`.
fn turned(comparison: &Expr) -> Option<Expr> {
    use BinaryOp::{Gt, GtEq, Lt, LtEq};
    let Expr::Binary { op, left, right } = comparison else { return None };
    let op = match op {
        Lt => Gt,
        LtEq => GtEq,
        Gt => Lt,
        GtEq => LtEq,
        _ => return None,
    };
    Some(Expr::binary(op, (**right).clone(), (**left).clone()))
}

/// `IS NOT NULL` of a column that cannot be null says nothing.
fn is_trivial(predicate: &Expr, columns: &[Column]) -> bool {
    match predicate {
        Expr::IsNotNull(input) => match input.as_ref() {
            Expr::Column { id, .. } => columns.iter().any(|c| c.id == *id && !c.nullable),
            _ => false,
        },
        _ => false,
    }
}

/// How the ledger names a row that an inferred filter removes.
fn origin(predicate: &Expr, columns: &[Column]) -> FilterOrigin {
    let is_time = |id: &ColumnId| columns.iter().any(|c| c.id == *id && c.delay.is_some());
    match predicate {
        Expr::IsNotNull(input) if input.references().iter().any(is_time) => FilterOrigin::NullEventTime,
        Expr::IsNotNull(_) => FilterOrigin::NullKey,
        _ => FilterOrigin::Query,
    }
}

/// Puts predicates as far down as makes a difference.
fn push(plan: LogicalPlan, predicates: Vec<Predicate>) -> LogicalPlan {
    if predicates.is_empty() {
        return plan;
    }
    if !is_sensitive(&plan) {
        return wrap(plan, predicates);
    }
    match plan {
        LogicalPlan::EventTime { input, column, delay } => {
            let (above, below) = split(predicates, |p| p.references().contains(&column));
            wrap(LogicalPlan::EventTime { input: Box::new(push(*input, below)), column, delay }, above)
        }
        LogicalPlan::Project { input, columns } => {
            let with: BTreeMap<ColumnId, Expr> = columns.iter().map(|(e, c)| (c.id, e.clone())).collect();
            let below = predicates.into_iter().map(|(p, origin)| (p.substitute(&with), origin)).collect();
            LogicalPlan::Project { input: Box::new(push(*input, below)), columns }
        }
        LogicalPlan::Filter { input, predicate, origin } => {
            LogicalPlan::Filter { input: Box::new(push(*input, predicates)), predicate, origin }
        }
        LogicalPlan::Explode { input, array, outer, column } => {
            let (above, below) = split(predicates, |p| p.references().contains(&column.id));
            wrap(LogicalPlan::Explode { input: Box::new(push(*input, below)), array, outer, column }, above)
        }
        LogicalPlan::Window { input, time, window, column } => {
            let (above, below) = split(predicates, |p| p.references().contains(&column.id));
            wrap(LogicalPlan::Window { input: Box::new(push(*input, below)), time, window, column }, above)
        }
        LogicalPlan::Session { input, time, gap, column } => {
            let (above, below) = split(predicates, |p| p.references().contains(&column.id));
            wrap(LogicalPlan::Session { input: Box::new(push(*input, below)), time, gap, column }, above)
        }
        LogicalPlan::Aggregate { input, keys, session, aggregates } => {
            let of_keys = |p: &Expr| {
                let references = p.references();
                !references.is_empty()
                    && references.iter().all(|id| keys.contains(id) && session != Some(*id))
            };
            let (below, above) = split(predicates, of_keys);
            let input = Box::new(push(*input, below));
            wrap(LogicalPlan::Aggregate { input, keys, session, aggregates }, above)
        }
        LogicalPlan::Union { inputs, columns } => {
            let below = |input: LogicalPlan| {
                let own = input.columns();
                let with: BTreeMap<ColumnId, Expr> =
                    columns.iter().map(|c| c.id).zip(own.iter().map(Column::reference)).collect();
                let predicates = predicates.iter().map(|(p, origin)| (p.substitute(&with), *origin));
                let predicates = predicates.collect();
                push(input, predicates)
            };
            LogicalPlan::Union { inputs: inputs.into_iter().map(below).collect(), columns }
        }
        LogicalPlan::Join { left, right, kind, condition } => {
            push_through_join(*left, *right, kind, condition, predicates)
        }
        LogicalPlan::Stream { .. } | LogicalPlan::RowWindow { .. } | LogicalPlan::Deduplicate { .. } => {
            wrap(plan, predicates)
        }
    }
}

/// A filter above a join: each conjunct goes to its side where a row that it rules out could not come out anyway;
/// of an inner join the rest becomes part of the condition.
fn push_through_join(
    left: LogicalPlan,
    right: LogicalPlan,
    kind: JoinKind,
    condition: Option<Expr>,
    predicates: Vec<Predicate>,
) -> LogicalPlan {
    let (left_ids, right_ids) = (ids(&left.columns()), ids(&right.columns()));
    let rejects = |side: &std::collections::BTreeSet<ColumnId>| {
        predicates.iter().any(|(p, _)| p.null_intolerant_columns().iter().any(|id| side.contains(id)))
    };
    let kind = without_useless_nulls(kind, rejects(&left_ids), rejects(&right_ids));
    let of_left = |p: &Expr| p.references().is_subset(&left_ids);
    let of_right = |p: &Expr| p.references().is_subset(&right_ids);
    let into_left =
        matches!(kind, JoinKind::Inner | JoinKind::LeftOuter | JoinKind::LeftSemi | JoinKind::LeftAnti);
    let into_right = matches!(kind, JoinKind::Inner | JoinKind::RightOuter);
    let (for_left, rest) = split(predicates, |p| into_left && of_left(p));
    let (for_right, rest) = split(rest, |p| into_right && of_right(p));
    if kind == JoinKind::Inner {
        let all = rest.into_iter().map(|(p, _)| p).chain(condition);
        return join(push(left, for_left), push(right, for_right), kind, conjunction(all));
    }
    wrap(join(push(left, for_left), push(right, for_right), kind, condition), rest)
}

/// An outer join whose null rows a filter above it rejects is a narrower join.
fn without_useless_nulls(kind: JoinKind, rejects_left: bool, rejects_right: bool) -> JoinKind {
    match kind {
        JoinKind::RightOuter if rejects_left => JoinKind::Inner,
        JoinKind::LeftOuter if rejects_right => JoinKind::Inner,
        JoinKind::FullOuter if rejects_left && rejects_right => JoinKind::Inner,
        JoinKind::FullOuter if rejects_left => JoinKind::LeftOuter,
        JoinKind::FullOuter if rejects_right => JoinKind::RightOuter,
        _ => kind,
    }
}

fn split(predicates: Vec<Predicate>, is_first: impl Fn(&Expr) -> bool) -> (Vec<Predicate>, Vec<Predicate>) {
    predicates.into_iter().partition(|(predicate, _)| is_first(predicate))
}

fn wrap(plan: LogicalPlan, predicates: Vec<Predicate>) -> LogicalPlan {
    predicates.into_iter().fold(plan, |input, (predicate, origin)| LogicalPlan::Filter {
        input: Box::new(input),
        predicate,
        origin,
    })
}

/// Whether it matters on which side of this plan's operators a filter stands.
fn is_sensitive(plan: &LogicalPlan) -> bool {
    let keeps = matches!(
        plan,
        LogicalPlan::EventTime { .. } | LogicalPlan::Join { .. } | LogicalPlan::Aggregate { .. }
    );
    keeps || plan.inputs().into_iter().any(is_sensitive)
}
