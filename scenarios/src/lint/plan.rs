//! What the engine has to say about a plan, with the place where the query is named.

use wavetank_engine::plan::lint;

use super::{Facts, Finding};

/// The engine's warnings by their names.
pub(super) fn find(facts: &Facts<'_>) -> Vec<(&'static str, Finding)> {
    let finding = |warning: lint::Warning| {
        let place = Some(facts.query_place());
        (warning.name, Finding { message: warning.message, help: warning.help.to_owned(), place })
    };
    lint::lint(&facts.pipeline.plan).into_iter().map(finding).collect()
}
