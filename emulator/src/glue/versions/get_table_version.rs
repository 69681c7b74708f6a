//! `GetTableVersion`: what a table says, or said.
//! Source: <https://docs.aws.amazon.com/glue/latest/webapi/API_GetTableVersion.html>

use serde::{Deserialize, Serialize};

use super::TableVersion;
use crate::error::ApiError;
use crate::glue::name::NAME;
use crate::glue::{table, versions};
use crate::operation::{Context, Operation};
use crate::validation::Constraint::*;
use crate::validation::{Rule, field, text};

/// See the module.
pub struct GetTableVersion;

impl Operation for GetTableVersion {
    const NAME: &'static str = "AWSGlue.GetTableVersion";
    const RULES: &'static [Rule<GetTableVersionRequest>] = &[
        field("databaseName", |r| text(&r.database_name), NAME),
        field("tableName", |r| text(&r.table_name), NAME),
        field("versionId", |r| text(&r.version_id), &[Length(1, 255)]),
    ];
    const READS_ONLY: bool = true;
    type Request = GetTableVersionRequest;
    type Response = GetTableVersionResponse;

    fn call(
        ctx: &mut Context<'_>,
        request: GetTableVersionRequest,
    ) -> Result<GetTableVersionResponse, ApiError> {
        let table = table::named(ctx, request.database_name, request.table_name)?;
        let found = versions::find(ctx, table, request.version_id.as_deref())?;
        Ok(GetTableVersionResponse { table_version: TableVersion::new(ctx, found) })
    }
}

/// What `GetTableVersion` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct GetTableVersionRequest {
    /// Required.
    pub database_name: Option<String>,
    /// Required.
    pub table_name: Option<String>,
    /// A number; the newest version when absent.
    pub version_id: Option<String>,
}

/// What `GetTableVersion` answers.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct GetTableVersionResponse {
    /// The version.
    pub table_version: TableVersion,
}
