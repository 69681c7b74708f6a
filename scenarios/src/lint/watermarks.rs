//! The watermarks of a query, with the streams below them.

use wavetank_engine::plan::LogicalPlan;

use super::Facts;

/// A declared watermark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Declared {
    /// The event-time column.
    pub(super) column: String,
    /// How far it trails, in milliseconds.
    pub(super) delay_millis: i64,
    /// The streams whose rows it sees.
    pub(super) streams: Vec<String>,
}

impl Declared {
    /// `` `t` of stream `orders` ``
    pub(super) fn describe(&self) -> String {
        let streams: Vec<String> = self.streams.iter().map(|stream| format!("`{stream}`")).collect();
        format!("`{}` of stream {}", self.column, streams.join(" and "))
    }
}

/// Every watermark that is declared, left before right.
pub(super) fn declared(facts: &Facts<'_>) -> Vec<Declared> {
    let mut all = Vec::new();
    collect(&facts.pipeline.plan, facts, &mut all);
    all
}

fn collect(plan: &LogicalPlan, facts: &Facts<'_>, all: &mut Vec<Declared>) {
    if let LogicalPlan::EventTime { input, column, delay } = plan {
        let columns = input.columns();
        let named = columns.iter().find(|c| c.id == *column).map(|c| c.name.clone());
        let mut streams: Vec<String> =
            sources(input).into_iter().filter_map(|source| facts.streams.get(source).cloned()).collect();
        streams.dedup();
        all.push(Declared { column: named.unwrap_or_default(), delay_millis: delay.millis, streams });
    }
    plan.inputs().into_iter().for_each(|input| collect(input, facts, all));
}

fn sources(plan: &LogicalPlan) -> Vec<usize> {
    match plan {
        LogicalPlan::Stream { source, .. } => vec![*source],
        other => other.inputs().into_iter().flat_map(sources).collect(),
    }
}

/// A length of time as people write it.
pub(super) fn length(millis: i64) -> String {
    const UNITS: &[(i64, &str)] = &[
        (86_400_000, "day"),
        (3_600_000, "hour"),
        (60_000, "minute"),
        (1_000, "second"),
        (1, "millisecond"),
    ];
    let (unit, name) =
        UNITS.iter().find(|(unit, _)| millis % unit == 0).copied().unwrap_or((1, "millisecond"));
    match millis / unit {
        1 => format!("1 {name}"),
        n => format!("{n} {name}s"),
    }
}
