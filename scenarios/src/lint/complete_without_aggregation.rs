//! Output mode complete gives all groups every time, so there must be some; Spark refuses anything else when the query
//! starts.
//!
//! Source: `UnsupportedOperationChecker.checkForStreaming` (Spark 3.5.4).

use wavetank_engine::plan::{LogicalPlan, OutputMode};

use super::{Facts, Finding};

/// A query without groups in complete mode.
pub(super) fn find(facts: &Facts<'_>) -> Vec<Finding> {
    if facts.mode != OutputMode::Complete || has_groups(&facts.pipeline.plan) {
        return vec![];
    }
    vec![Finding {
        message: "output mode complete needs an aggregation, and the query has none: Spark does not start it"
            .into(),
        help: "use output mode append, or group the rows".into(),
        place: Some(facts.query_place()),
    }]
}

fn has_groups(plan: &LogicalPlan) -> bool {
    matches!(plan, LogicalPlan::Aggregate { .. }) || plan.inputs().into_iter().any(has_groups)
}
