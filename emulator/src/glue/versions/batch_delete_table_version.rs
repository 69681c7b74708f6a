//! `BatchDeleteTableVersion`: up to 100 earlier versions, each forgotten or refused by itself.
//! Source: <https://docs.aws.amazon.com/glue/latest/webapi/API_BatchDeleteTableVersion.html>

use serde::{Deserialize, Serialize};

use crate::error::ApiError;
use crate::glue::name::NAME;
use crate::glue::{ErrorDetail, table, versions};
use crate::operation::{Context, Operation};
use crate::validation::Constraint::*;
use crate::validation::{Rule, field, required, text, texts};

/// See the module.
pub struct BatchDeleteTableVersion;

impl Operation for BatchDeleteTableVersion {
    const NAME: &'static str = "AWSGlue.BatchDeleteTableVersion";
    const RULES: &'static [Rule<BatchDeleteTableVersionRequest>] = &[
        field("databaseName", |r| text(&r.database_name), NAME),
        field("tableName", |r| text(&r.table_name), NAME),
        field("versionIds", |r| texts(&r.version_ids), &[Required, Length(0, 100), MemberLength(1, 255)]),
    ];
    type Request = BatchDeleteTableVersionRequest;
    type Response = BatchDeleteTableVersionResponse;

    fn call(
        ctx: &mut Context<'_>,
        request: BatchDeleteTableVersionRequest,
    ) -> Result<BatchDeleteTableVersionResponse, ApiError> {
        let table = table::named(ctx, request.database_name, request.table_name)?;
        let mut errors = Vec::new();
        for version_id in required(request.version_ids) {
            if let Err(error) = versions::delete(ctx, &table, &version_id) {
                let error_detail = ErrorDetail::of(error)?;
                errors.push(TableVersionError { table_name: table.name.clone(), version_id, error_detail });
            }
        }
        Ok(BatchDeleteTableVersionResponse { errors })
    }
}

/// What `BatchDeleteTableVersion` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct BatchDeleteTableVersionRequest {
    /// Required.
    pub database_name: Option<String>,
    /// Required.
    pub table_name: Option<String>,
    /// Required: up to 100 numbers.
    pub version_ids: Option<Vec<String>>,
}

/// What `BatchDeleteTableVersion` answers.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct BatchDeleteTableVersionResponse {
    /// The versions that were not deleted, in the order of the request.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<TableVersionError>,
}

/// A version that was not deleted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct TableVersionError {
    /// The table.
    pub table_name: String,
    /// The version.
    pub version_id: String,
    /// Why.
    pub error_detail: ErrorDetail,
}
