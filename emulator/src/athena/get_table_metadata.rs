//! `GetTableMetadata`.
//! Source: <https://docs.aws.amazon.com/athena/latest/APIReference/API_GetTableMetadata.html>

use serde::{Deserialize, Serialize};

use super::{TableMetadata, metadata_catalog, rules};
use crate::error::ApiError;
use crate::operation::{Context, Operation};
use crate::validation::{Rule, field, required, text};

/// See the module.
pub struct GetTableMetadata;

impl Operation for GetTableMetadata {
    const NAME: &'static str = "AmazonAthena.GetTableMetadata";
    const RULES: &'static [Rule<GetTableMetadataRequest>] = &[
        field("catalogName", |r| text(&r.catalog_name), rules::CATALOG),
        field("databaseName", |r| text(&r.database_name), rules::NAME),
        field("tableName", |r| text(&r.table_name), rules::NAME),
        field("workGroup", |r| text(&r.work_group), rules::WORK_GROUP),
    ];
    const READS_ONLY: bool = true;
    type Request = GetTableMetadataRequest;
    type Response = GetTableMetadataResponse;

    fn call(
        ctx: &mut Context<'_>,
        request: GetTableMetadataRequest,
    ) -> Result<GetTableMetadataResponse, ApiError> {
        metadata_catalog::check(ctx, &required(request.catalog_name))?;
        let database = metadata_catalog::find_database(ctx, &required(request.database_name))?.name;
        let name = required(request.table_name);
        let table = ctx.store.find_table(&database, &name.to_lowercase())?;
        let missing = || metadata_catalog::not_found(ctx, &format!("Table {name} not found."));
        Ok(GetTableMetadataResponse { table_metadata: TableMetadata::of(table.ok_or_else(missing)?) })
    }
}

/// What `GetTableMetadata` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct GetTableMetadataRequest {
    /// Required.
    pub catalog_name: Option<String>,
    /// Required.
    pub database_name: Option<String>,
    /// Required.
    pub table_name: Option<String>,
    /// Not looked at.
    pub work_group: Option<String>,
}

/// What `GetTableMetadata` answers.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct GetTableMetadataResponse {
    /// The table.
    pub table_metadata: TableMetadata,
}
