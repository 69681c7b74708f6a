//! What Spark does without a word and hardly anybody wants: bugs and surprises of the profile's Spark, which the engine
//! has too, found in a plan before it runs.
//!
//! Each is recorded: `misc_dup_interval_terms`, `join_*_bound_*`, and the outer joins of `tests/spark/vectors`.

use super::{Column, ColumnId, Expr, JoinKind, LogicalPlan};
use crate::operator::stream_join::{StateBound, split_condition};

/// Something to know about a query that runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// Short and stable, for machines.
    pub name: &'static str,
    /// What Spark does.
    pub message: String,
    /// What to write instead.
    pub help: &'static str,
}

/// Everything there is to know about a plan, the last operator first.
pub fn lint(plan: &LogicalPlan) -> Vec<Warning> {
    let mut warnings = match plan {
        LogicalPlan::Join { left, right, kind, condition } => {
            join(&left.columns(), &right.columns(), *kind, condition.as_ref())
        }
        LogicalPlan::Aggregate { input, keys, .. } if !has_event_time(&input.columns(), keys) => {
            vec![Warning {
                name: "state_never_evicted",
                message:
                    "no key of the groups is an event time with a watermark: every group is kept for ever"
                        .into(),
                help: "declare a WATERMARK and group by a window of its column",
            }]
        }
        LogicalPlan::Deduplicate { input, keys, within_watermark: false }
            if !has_event_time(&input.columns(), keys) =>
        {
            vec![Warning {
                name: "state_never_evicted",
                message: "no column of the key is an event time with a watermark: every key is kept for ever"
                    .into(),
                help: "declare a WATERMARK and use dropDuplicatesWithinWatermark, or make its column part of the key",
            }]
        }
        _ => vec![],
    };
    warnings.extend(plan.inputs().into_iter().flat_map(lint));
    warnings
}

fn has_event_time(columns: &[Column], keys: &[ColumnId]) -> bool {
    columns.iter().any(|column| column.delay.is_some() && keys.contains(&column.id))
}

fn join(left: &[Column], right: &[Column], kind: JoinKind, condition: Option<&Expr>) -> Vec<Warning> {
    let split = split_condition(condition, left, right);
    let mut warnings = Vec::new();
    if split.residual.iter().any(StateBound::drops_a_term) {
        warnings.push(Warning {
            name: "equal_interval_terms",
            message:
                "two equal intervals in one sum count once when Spark decides how long rows are kept: they \
                      leave too early, and matches are lost"
                    .into(),
            help: "write the sum as one interval",
        });
    }
    let outer = [
        ("left", left, right, matches!(kind, JoinKind::LeftOuter | JoinKind::FullOuter)),
        ("right", right, left, matches!(kind, JoinKind::RightOuter | JoinKind::FullOuter)),
    ];
    for (name, own, other, outer) in outer {
        if outer && split.residual.iter().any(|conjunct| StateBound::is_constant(conjunct, own, other)) {
            warnings.push(Warning {
                name: "numeric_bound_in_outer_join",
                message: format!(
                    "Spark takes the number that a column of the {name} side is compared with for an event time in \
                     seconds: rows of that side never leave, and those without a match never come out"
                ),
                help: "filter that side with WHERE before the join",
            });
        }
        if outer && own.iter().all(|column| column.delay.is_none()) {
            warnings.push(Warning {
                name: "outer_join_never_emits",
                message: format!(
                    "the {name} side has no watermark: its rows without a match never come out, and none of them \
                     leaves"
                ),
                help: "declare a WATERMARK on both streams",
            });
        }
        let kept = split.event_time_key(left, right).is_none()
            && StateBound::derive(&split.residual, own, other).is_none();
        if kept && !outer {
            warnings.push(Warning {
                name: "state_never_evicted",
                message: format!(
                    "nothing bounds how long rows of the {name} side are kept: the state only grows"
                ),
                help: "declare a WATERMARK on both streams and bound their times, such as \
                       `r.time BETWEEN l.time AND l.time + INTERVAL 1 HOUR`",
            });
        }
    }
    warnings
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::datatypes::SchemaRef;

    use super::*;
    use crate::frame::Frames;
    use crate::plan::RecordFormat;
    use crate::sql::{self, Tables};
    use crate::types::parse_ddl_schema;

    struct Streams;

    impl Tables for Streams {
        fn schema(&self, _: &str) -> Option<SchemaRef> {
            Some(Arc::new(parse_ddl_schema("k STRING, t TIMESTAMP, v DOUBLE").unwrap()))
        }

        fn names(&self) -> Vec<String> {
            vec!["a".into(), "b".into()]
        }
    }

    #[track_caller]
    fn check(kind: &str, left: &str, condition: &str, expected: &[&str]) {
        let watermark = "WATERMARK t DELAY OF INTERVAL 1 MINUTE";
        let query = format!(
            "CREATE STREAMING TABLE o AS SELECT l.k, r.v FROM STREAM(a) {left} AS l
             {kind} JOIN STREAM(b) {watermark} AS r ON l.k = r.k AND {condition}"
        );
        let pipeline = sql::plan(&query.replace("WATERMARKED", watermark), &Streams).unwrap();
        let names: Vec<&str> = lint(&pipeline.plan).into_iter().map(|warning| warning.name).collect();
        assert_eq!(names, expected);
    }

    const RANGE: &str = "r.t >= l.t AND r.t <= l.t + INTERVAL 10 SECONDS";

    #[test]
    fn a_join_that_does_what_it_says_has_no_warning() {
        check("", "WATERMARKED", RANGE, &[]);
        check("LEFT", "WATERMARKED", RANGE, &[]);
        check("", "WATERMARKED", &format!("{RANGE} AND l.v > 3.5"), &[]);
    }

    #[test]
    fn equal_intervals_count_once() {
        check("", "WATERMARKED", &format!("{RANGE} + INTERVAL 10 SECONDS"), &["equal_interval_terms"]);
        check("", "WATERMARKED", &format!("{RANGE} + INTERVAL 11 SECONDS"), &[]);
    }

    #[test]
    fn numbers_in_outer_joins_are_times() {
        check("LEFT", "WATERMARKED", &format!("{RANGE} AND l.v > 3.5"), &["numeric_bound_in_outer_join"]);
        check("LEFT", "WATERMARKED", &format!("{RANGE} AND l.v < 3.5"), &[]);
    }

    /// The names of the warnings about groups or keys.
    fn grouped(grouping: &str) -> Vec<&'static str> {
        let query = format!(
            "CREATE STREAMING TABLE o AS SELECT count(*) AS n FROM STREAM(a) WATERMARK t DELAY OF INTERVAL 1 MINUTE
             GROUP BY {grouping}"
        );
        let pipeline = sql::plan(&query, &Streams).unwrap();
        lint(&pipeline.plan).into_iter().map(|warning| warning.name).collect()
    }

    #[test]
    fn groups_without_an_event_time_are_kept_for_ever() {
        assert_eq!(grouped("k"), ["state_never_evicted"]);
        assert_eq!(grouped("k, window(t, '1 minute')"), <[&str; 0]>::default());
        assert_eq!(grouped("t"), <[&str; 0]>::default());
    }

    #[test]
    fn keys_without_an_event_time_are_kept_for_ever() {
        let names = |keys: &[&str], within: bool| -> Vec<&str> {
            let mut frames = Frames::default();
            let frame = frames.stream("a", Streams.schema("a").unwrap(), RecordFormat::default());
            let frame = frames.with_watermark(frame, "t", "1 minute").unwrap();
            let keys: Vec<String> = keys.iter().map(|key| (*key).to_owned()).collect();
            let frame = frames.deduplicate(frame, &keys, within).unwrap();
            lint(&frames.pipeline(frame, "o").plan).into_iter().map(|warning| warning.name).collect()
        };
        assert_eq!(names(&["k"], false), ["state_never_evicted"]);
        assert_eq!(names(&["k", "t"], false), <[&str; 0]>::default());
        assert_eq!(names(&["k"], true), <[&str; 0]>::default());
    }

    #[test]
    fn sides_that_never_end_are_named() {
        check("", "WATERMARKED", "l.v < r.v", &["state_never_evicted", "state_never_evicted"]);
        check("LEFT", "", RANGE, &["outer_join_never_emits", "state_never_evicted"]);
    }
}
