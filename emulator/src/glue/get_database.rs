//! `GetDatabase`.
//! Source: <https://docs.aws.amazon.com/glue/latest/webapi/API_GetDatabase.html>

use serde::{Deserialize, Serialize};

use super::name::{NAME, folded};
use super::{Database, database};
use crate::error::ApiError;
use crate::operation::{Context, Operation};
use crate::validation::{Rule, field, text};

/// See the module.
pub struct GetDatabase;

impl Operation for GetDatabase {
    const NAME: &'static str = "AWSGlue.GetDatabase";
    const RULES: &'static [Rule<GetDatabaseRequest>] = &[field("name", |r| text(&r.name), NAME)];
    const READS_ONLY: bool = true;
    type Request = GetDatabaseRequest;
    type Response = GetDatabaseResponse;

    fn call(ctx: &mut Context<'_>, request: GetDatabaseRequest) -> Result<GetDatabaseResponse, ApiError> {
        let database = database::find(ctx, &folded(request.name))?;
        Ok(GetDatabaseResponse { database: Database::new(ctx, database) })
    }
}

/// What `GetDatabase` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct GetDatabaseRequest {
    /// Required.
    pub name: Option<String>,
}

impl GetDatabaseRequest {
    /// Gets the database of this name.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: Some(name.into()) }
    }
}

/// What `GetDatabase` answers.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct GetDatabaseResponse {
    /// The database.
    pub database: Database,
}
