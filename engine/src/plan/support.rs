//! What a streaming query may not do: every refusal that Spark makes when a query starts, in its words.
//!
//! Source: `UnsupportedOperationChecker.checkForStreaming` (Spark 3.5.4); the order of the checks is its order.

use super::{Column, ColumnId, Expr, JoinKind, LogicalPlan, OutputMode};
use crate::operator::stream_join::{StateBound, split_condition};

/// A query that Spark does not start.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Refusal {
    /// Spark's words.
    pub message: String,
    /// What to change.
    pub help: String,
}

/// Checks a plan before it is optimized.
///
/// # Errors
/// The first thing that Spark would refuse.
pub fn check(plan: &LogicalPlan, mode: OutputMode) -> Result<(), Refusal> {
    check_chain(plan, mode)?;
    check_mode(plan, mode)?;
    check_operators(plan, mode)
}

fn refuse(message: impl Into<String>, help: &str) -> Result<(), Refusal> {
    Err(Refusal { message: message.into(), help: help.into() })
}

/// Outside append mode an aggregation emits groups that are not final; what counts them again would be wrong.
fn check_chain(plan: &LogicalPlan, mode: OutputMode) -> Result<(), Refusal> {
    let changes = |p: &LogicalPlan| matches!(p, LogicalPlan::Aggregate { .. }) && mode != OutputMode::Append;
    if is_stateful(plan) && plan.inputs().into_iter().any(|input| any(input, &changes)) {
        return refuse(
            "Detected pattern of possible 'correctness' issue due to global watermark. The query contains stateful \
             operation which can emit rows older than the current watermark plus allowed late record delay, which \
             are \"late rows\" in downstream stateful operations and these rows can be discarded. Please refer the \
             programming guide doc for more details. If you understand the possible risk of correctness issue and \
             still need to run the query, you can disable this check by setting the config \
             `spark.sql.streaming.statefulOperator.checkCorrectness.enabled` to false.",
            "use output mode append",
        );
    }
    plan.inputs().into_iter().try_for_each(|input| check_chain(input, mode))
}

fn any(plan: &LogicalPlan, is: &dyn Fn(&LogicalPlan) -> bool) -> bool {
    is(plan) || plan.inputs().into_iter().any(|input| any(input, is))
}

fn is_stateful(plan: &LogicalPlan) -> bool {
    match plan {
        LogicalPlan::Aggregate { .. } | LogicalPlan::Join { .. } => true,
        LogicalPlan::Deduplicate { within_watermark: true, .. } => true,
        LogicalPlan::Deduplicate { input, keys, .. } => has_event_time(&input.columns(), keys),
        _ => false,
    }
}

fn has_event_time(columns: &[Column], keys: &[ColumnId]) -> bool {
    columns.iter().any(|c| c.delay.is_some() && keys.contains(&c.id))
}

/// The topmost aggregation decides what an output mode means.
fn check_mode(plan: &LogicalPlan, mode: OutputMode) -> Result<(), Refusal> {
    match (mode, first_aggregate(plan)) {
        (OutputMode::Append, Some((input, keys, _))) if !has_event_time(&input.columns(), keys) => refuse(
            "Append output mode not supported when there are streaming aggregations on streaming \
             DataFrames/DataSets without watermark",
            "declare a WATERMARK on the stream and group by a window of its column, or use output mode update",
        ),
        (OutputMode::Update, Some((_, _, Some(_)))) => refuse(
            "Update output mode not supported for session window on streaming DataFrames/DataSets",
            "use output mode append",
        ),
        (OutputMode::Complete, None) => refuse(
            "Complete output mode not supported when there are no streaming aggregations on streaming \
             DataFrames/Datasets",
            "use output mode append",
        ),
        _ => Ok(()),
    }
}

type Grouping<'a> = (&'a LogicalPlan, &'a [ColumnId], Option<ColumnId>);

fn first_aggregate(plan: &LogicalPlan) -> Option<Grouping<'_>> {
    match plan {
        LogicalPlan::Aggregate { input, keys, session, .. } => Some((input, keys, *session)),
        other => other.inputs().into_iter().find_map(first_aggregate),
    }
}

fn check_operators(plan: &LogicalPlan, mode: OutputMode) -> Result<(), Refusal> {
    plan.inputs().into_iter().try_for_each(|input| check_operators(input, mode))?;
    match plan {
        LogicalPlan::Aggregate { aggregates, .. } if aggregates.iter().any(|(a, _)| a.distinct) => refuse(
            "Distinct aggregations are not supported on streaming DataFrames/Datasets. Consider using \
             approx_count_distinct() instead.",
            "use approx_count_distinct(x), or deduplicate first",
        ),
        LogicalPlan::Deduplicate { input, within_watermark: true, .. }
            if input.columns().iter().all(|c| c.delay.is_none()) =>
        {
            refuse(
                "dropDuplicatesWithinWatermark is not supported on streaming DataFrames/DataSets without watermark",
                "declare a WATERMARK on the stream",
            )
        }
        LogicalPlan::RowWindow { function, column, specification, .. } => refuse(
            format!(
                "[NON_TIME_WINDOW_NOT_SUPPORTED_IN_STREAMING] Window function is not supported in {} (as column \
                 `{}`) on streaming DataFrames/Datasets. Structured Streaming only supports time-window aggregation \
                 using the WINDOW function. (window specification: {})",
                function.to_uppercase(),
                column.name,
                specification.to_uppercase()
            ),
            "group by window(time, '1 hour'), or deduplicate",
        ),
        LogicalPlan::Join { left, right, kind, condition } => {
            check_join(left, right, *kind, condition.as_ref(), mode)
        }
        _ => Ok(()),
    }
}

fn check_join(
    left: &LogicalPlan,
    right: &LogicalPlan,
    kind: JoinKind,
    condition: Option<&Expr>,
    mode: OutputMode,
) -> Result<(), Refusal> {
    if mode != OutputMode::Append {
        let name = if mode == OutputMode::Update { "Update" } else { "Complete" };
        return refuse(
            format!(
                "Join between two streaming DataFrames/Datasets is not supported in {name} output mode, only in \
                 Append output mode"
            ),
            "use output mode append",
        );
    }
    match kind {
        JoinKind::Inner => Ok(()),
        JoinKind::LeftAnti => refuse(
            "LeftAnti joins with a streaming DataFrame/Dataset on the right are not supported",
            "use a left outer join and keep the rows whose right columns are null",
        ),
        _ if can_finish(left, right, kind, condition) => Ok(()),
        _ => refuse(
            format!(
                "Stream-stream {} join between two streaming DataFrame/Datasets is not supported without a \
                 watermark in the join keys, or a watermark on the nullable side and an appropriate range condition",
                kind.name()
            ),
            "declare a WATERMARK on both streams and bound their times, such as \
             `r.time BETWEEN l.time AND l.time + INTERVAL 1 HOUR`",
        ),
    }
}

/// Whether there is a moment at which a row of the kept side is known to stay without a match.
fn can_finish(left: &LogicalPlan, right: &LogicalPlan, kind: JoinKind, condition: Option<&Expr>) -> bool {
    let (left, right) = (left.columns(), right.columns());
    let split = split_condition(condition, &left, &right);
    if split.event_time_key(&left, &right).is_some() {
        return true;
    }
    let bounded =
        |own: &[Column], other: &[Column]| StateBound::derive(&split.residual, own, other).is_some();
    match kind {
        JoinKind::RightOuter => bounded(&right, &left),
        JoinKind::FullOuter => bounded(&left, &right) || bounded(&right, &left),
        _ => bounded(&left, &right),
    }
}
