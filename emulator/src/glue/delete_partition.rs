//! `DeletePartition`.
//! Source: <https://docs.aws.amazon.com/glue/latest/webapi/API_DeletePartition.html>

use serde::{Deserialize, Serialize};

use crate::error::ApiError;
use crate::glue::name::NAME;
use crate::glue::{partition, table};
use crate::operation::{Context, Operation};
use crate::validation::Constraint::*;
use crate::validation::{Rule, field, required, text, texts};

/// See the module.
pub struct DeletePartition;

impl Operation for DeletePartition {
    const NAME: &'static str = "AWSGlue.DeletePartition";
    const RULES: &'static [Rule<DeletePartitionRequest>] = &[
        field("databaseName", |r| text(&r.database_name), NAME),
        field("tableName", |r| text(&r.table_name), NAME),
        field("partitionValues", |r| texts(&r.partition_values), &[Required, MemberLength(1, 1024)]),
    ];
    type Request = DeletePartitionRequest;
    type Response = DeletePartitionResponse;

    fn call(
        ctx: &mut Context<'_>,
        request: DeletePartitionRequest,
    ) -> Result<DeletePartitionResponse, ApiError> {
        let table = table::named(ctx, request.database_name, request.table_name)?;
        partition::delete(ctx, &table, &required(request.partition_values))?;
        Ok(DeletePartitionResponse {})
    }
}

/// What `DeletePartition` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct DeletePartitionRequest {
    /// Required.
    pub database_name: Option<String>,
    /// Required.
    pub table_name: Option<String>,
    /// Required: the values that name it.
    pub partition_values: Option<Vec<String>>,
}

/// What `DeletePartition` answers: nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeletePartitionResponse {}
