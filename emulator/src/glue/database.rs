//! Databases.

use serde::{Deserialize, Serialize};

use super::{Parameters, errors};
use crate::error::ApiError;
use crate::operation::Context;
use crate::store::DatabaseRow;
use crate::time::Timestamp;

/// A database as clients describe it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct DatabaseInput {
    /// Required; folded to lower case.
    pub name: Option<String>,
    /// For people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Where tables go that do not say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location_uri: Option<String>,
    /// Properties.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parameters: Option<Parameters>,
}

/// A database as the catalog describes it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Database {
    /// What the client said; the name is folded to lower case.
    #[serde(flatten)]
    pub input: DatabaseInput,
    /// When it was created.
    pub create_time: Timestamp,
    /// The account.
    pub catalog_id: String,
}

impl Database {
    pub(super) fn new(ctx: &Context<'_>, row: DatabaseRow) -> Self {
        let name = Some(row.name);
        Self {
            input: DatabaseInput { name, ..row.input },
            create_time: row.created,
            catalog_id: ctx.identity.account.clone(),
        }
    }
}

/// The database of a name that is folded already.
pub(super) fn find(ctx: &Context<'_>, name: &str) -> Result<DatabaseRow, ApiError> {
    let database = ctx.store.find_database(name)?;
    database.ok_or_else(|| errors::database_not_found(name))
}
