//! `GetDatabase`.
//! Source: <https://docs.aws.amazon.com/athena/latest/APIReference/API_GetDatabase.html>

use serde::{Deserialize, Serialize};

use super::{Database, metadata_catalog, rules};
use crate::error::ApiError;
use crate::operation::{Context, Operation};
use crate::validation::{Rule, field, required, text};

/// See the module.
pub struct GetDatabase;

impl Operation for GetDatabase {
    const NAME: &'static str = "AmazonAthena.GetDatabase";
    const RULES: &'static [Rule<GetDatabaseRequest>] = &[
        field("catalogName", |r| text(&r.catalog_name), rules::CATALOG),
        field("databaseName", |r| text(&r.database_name), rules::NAME),
        field("workGroup", |r| text(&r.work_group), rules::WORK_GROUP),
    ];
    const READS_ONLY: bool = true;
    type Request = GetDatabaseRequest;
    type Response = GetDatabaseResponse;

    fn call(ctx: &mut Context<'_>, request: GetDatabaseRequest) -> Result<GetDatabaseResponse, ApiError> {
        metadata_catalog::check(ctx, &required(request.catalog_name))?;
        let database = metadata_catalog::find_database(ctx, &required(request.database_name))?;
        Ok(GetDatabaseResponse { database })
    }
}

/// What `GetDatabase` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct GetDatabaseRequest {
    /// Required.
    pub catalog_name: Option<String>,
    /// Required.
    pub database_name: Option<String>,
    /// Not looked at.
    pub work_group: Option<String>,
}

/// What `GetDatabase` answers.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct GetDatabaseResponse {
    /// The database.
    pub database: Database,
}
