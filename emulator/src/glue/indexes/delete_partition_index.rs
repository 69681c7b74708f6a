//! `DeletePartitionIndex`.
//! Source: <https://docs.aws.amazon.com/glue/latest/webapi/API_DeletePartitionIndex.html>

use serde::{Deserialize, Serialize};

use crate::error::ApiError;
use crate::glue::name::{NAME, folded};
use crate::glue::{errors, table};
use crate::operation::{Context, Operation};
use crate::validation::{Rule, field, text};

/// See the module.
pub struct DeletePartitionIndex;

impl Operation for DeletePartitionIndex {
    const NAME: &'static str = "AWSGlue.DeletePartitionIndex";
    const RULES: &'static [Rule<DeletePartitionIndexRequest>] = &[
        field("databaseName", |r| text(&r.database_name), NAME),
        field("tableName", |r| text(&r.table_name), NAME),
        field("indexName", |r| text(&r.index_name), NAME),
    ];
    type Request = DeletePartitionIndexRequest;
    type Response = DeletePartitionIndexResponse;

    fn call(
        ctx: &mut Context<'_>,
        request: DeletePartitionIndexRequest,
    ) -> Result<DeletePartitionIndexResponse, ApiError> {
        let table = table::named(ctx, request.database_name, request.table_name)?;
        let name = folded(request.index_name);
        if ctx.store.delete_partition_index(&table, &name)? {
            Ok(DeletePartitionIndexResponse {})
        } else {
            Err(errors::named_not_found("Index", &name))
        }
    }
}

/// What `DeletePartitionIndex` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct DeletePartitionIndexRequest {
    /// Required.
    pub database_name: Option<String>,
    /// Required.
    pub table_name: Option<String>,
    /// Required.
    pub index_name: Option<String>,
}

/// What `DeletePartitionIndex` answers: nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeletePartitionIndexResponse {}
