//! Prepared statements: texts with a `?` for each value that `EXECUTE` gives.
//! Source: <https://docs.aws.amazon.com/athena/latest/APIReference/API_PreparedStatement.html>

use serde::{Deserialize, Serialize};

use super::errors;
use crate::error::ApiError;
use crate::operation::Context;
use crate::time::Timestamp;

/// A prepared statement.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct PreparedStatement {
    /// The name, which no other has in the work group.
    pub statement_name: String,
    /// The text.
    pub query_statement: String,
    /// The work group.
    pub work_group_name: String,
    /// For people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// When it was created or changed.
    pub last_modified_time: Timestamp,
}

/// The prepared statement of a name in a work group.
pub(super) fn find(ctx: &Context<'_>, work_group: &str, name: &str) -> Result<PreparedStatement, ApiError> {
    let statement = ctx.store.find_prepared_statement(work_group, name)?;
    statement.ok_or_else(|| errors::prepared_statement_not_found(name, work_group))
}
