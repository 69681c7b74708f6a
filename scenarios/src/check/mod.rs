//! Checks: SQL over the tables that the run left behind, and what must come out of it.

mod compare;
mod database;
mod glue_view;

pub use database::{CheckDatabase, DatabaseError, Rows};
pub use glue_view::ViewError;

use crate::file::{Check, Source};
use crate::report::{CheckResult, Verdict};

/// Runs one check and judges the answer.
pub fn run(database: &CheckDatabase, check: &Check, source: &Source) -> CheckResult {
    let verdict = match database.query(&check.sql.value) {
        Ok(rows) => compare::judge(&check.expect.value, &rows),
        Err(error) => Verdict::Broken { error: error.to_string() },
    };
    let (line, _) = source.error_at(&check.sql, "").line_column();
    CheckResult { name: check.name.value.clone(), file: source.name.clone(), line, verdict }
}
