//! What may change about a query between two starts on one checkpoint, and what may not.
//!
//! Free to change: filters and projections that touch no key and no event time, the sink, the trigger, limits of
//! what a batch reads, a watermark's delay. Not: which sources are read and in which order, which stateful operators
//! there are, their keys, and the types of what they keep.
//!
//! Source: the Structured Streaming guide, "Recovery Semantics after Changes in a Streaming Query";
//! `OffsetSeq.toStreamProgress`, `StateSchemaCompatibilityChecker` (Spark 3.5.4).

use super::Identity;
use crate::error::{EngineError, Result};
use crate::operator::{OperatorState, StateChange};
use crate::types::spark_type_name;

/// Whether a query may go on where another one has stopped.
///
/// # Errors
/// [`EngineError::Refused`] with what has changed.
pub(crate) fn check(past: &Identity, now: &Identity) -> Result<()> {
    let (before, after) = (past.sources.len(), now.sources.len());
    if before != after {
        return refuse(format!(
            "There are [{before}] sources in the checkpoint offsets and now there are [{after}] sources requested \
             by the query. Cannot continue."
        ));
    }
    if past.sources != now.sources {
        return refuse(format!(
            "the checkpoint is of a query that reads {}; now it reads {}",
            past.sources.join(", "),
            now.sources.join(", ")
        ));
    }
    if past.operators != now.operators {
        return refuse(format!(
            "the checkpoint has the state of {}; now the query has {}",
            listed(&past.operators),
            listed(&now.operators)
        ));
    }
    Ok(())
}

/// Whether a saved state is one of the same operators; `empty` is what new ones would save.
///
/// # Errors
/// [`EngineError::Refused`] with what has changed.
pub(crate) fn check_state(saved: &[OperatorState], empty: &[OperatorState]) -> Result<()> {
    for (saved, now) in saved.iter().zip(empty) {
        if saved.keys != now.keys {
            return refuse(format!(
                "the state of {} was kept by {}; now its keys are {}",
                now.operator,
                listed(&saved.keys),
                listed(&now.keys)
            ));
        }
        for (saved, table) in saved.tables.iter().zip(&now.tables) {
            let (existing, provided) = (schema(saved), schema(table));
            if types(saved) != types(table) {
                return refuse(format!(
                    "Provided schema doesn't match to the schema for existing state! Please note that Spark allow \
                     difference of field name: check count of fields and data type of each field. {}: provided \
                     {provided}; existing {existing}",
                    now.operator
                ));
            }
        }
    }
    Ok(())
}

fn types(table: &StateChange) -> Vec<String> {
    table.columns().iter().map(|column| spark_type_name(column.data_type())).collect()
}

/// The columns of a table as people read them, without those that the engine adds.
fn schema(table: &StateChange) -> String {
    let fields = table.rows.schema_ref().fields().iter().filter(|field| !field.name().starts_with("__"));
    let column = |field: &std::sync::Arc<arrow::datatypes::Field>| {
        format!("{} {}", field.name(), spark_type_name(field.data_type()))
    };
    format!("({})", fields.map(column).collect::<Vec<_>>().join(", "))
}

fn listed(names: &[String]) -> String {
    match names.is_empty() {
        true => "nothing".into(),
        false => names.join(", "),
    }
}

fn refuse(message: String) -> Result<()> {
    Err(EngineError::Refused {
        message,
        help: "give the changed query a new checkpoint location, or put the query back as it was; filters, \
               projections, sinks, triggers and watermark delays may change"
            .into(),
    })
}
