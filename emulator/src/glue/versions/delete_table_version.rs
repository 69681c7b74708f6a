//! `DeleteTableVersion`: an earlier version of a table is forgotten.
//! Source: <https://docs.aws.amazon.com/glue/latest/webapi/API_DeleteTableVersion.html>

use serde::{Deserialize, Serialize};

use crate::error::ApiError;
use crate::glue::name::NAME;
use crate::glue::{table, versions};
use crate::operation::{Context, Operation};
use crate::validation::Constraint::*;
use crate::validation::{Rule, field, required, text};

/// See the module.
pub struct DeleteTableVersion;

impl Operation for DeleteTableVersion {
    const NAME: &'static str = "AWSGlue.DeleteTableVersion";
    const RULES: &'static [Rule<DeleteTableVersionRequest>] = &[
        field("databaseName", |r| text(&r.database_name), NAME),
        field("tableName", |r| text(&r.table_name), NAME),
        field("versionId", |r| text(&r.version_id), &[Required, Length(1, 255)]),
    ];
    type Request = DeleteTableVersionRequest;
    type Response = DeleteTableVersionResponse;

    fn call(
        ctx: &mut Context<'_>,
        request: DeleteTableVersionRequest,
    ) -> Result<DeleteTableVersionResponse, ApiError> {
        let table = table::named(ctx, request.database_name, request.table_name)?;
        versions::delete(ctx, &table, &required(request.version_id))?;
        Ok(DeleteTableVersionResponse {})
    }
}

/// What `DeleteTableVersion` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct DeleteTableVersionRequest {
    /// Required.
    pub database_name: Option<String>,
    /// Required.
    pub table_name: Option<String>,
    /// Required: a number.
    pub version_id: Option<String>,
}

/// What `DeleteTableVersion` answers: nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeleteTableVersionResponse {}
