//! Named queries: texts that are kept under a name.
//! Source: <https://docs.aws.amazon.com/athena/latest/APIReference/API_NamedQuery.html>

use serde::{Deserialize, Serialize};

use super::errors;
use crate::error::ApiError;
use crate::operation::Context;

/// A named query.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct NamedQuery {
    /// The name; others may have it too.
    pub name: String,
    /// For people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The database that names without one mean.
    pub database: String,
    /// The text.
    pub query_string: String,
    /// The id.
    pub named_query_id: String,
    /// The work group.
    pub work_group: String,
}

/// The named query of an id.
pub(super) fn find(ctx: &Context<'_>, id: &str) -> Result<NamedQuery, ApiError> {
    ctx.store.find_named_query(id)?.ok_or_else(|| errors::named_query_not_found(id))
}
