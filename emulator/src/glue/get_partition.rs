//! `GetPartition`.
//! Source: <https://docs.aws.amazon.com/glue/latest/webapi/API_GetPartition.html>

use serde::{Deserialize, Serialize};

use crate::error::ApiError;
use crate::glue::name::NAME;
use crate::glue::{Partition, partition, table};
use crate::operation::{Context, Operation};
use crate::validation::Constraint::*;
use crate::validation::{Rule, field, required, text, texts};

/// See the module.
pub struct GetPartition;

impl Operation for GetPartition {
    const NAME: &'static str = "AWSGlue.GetPartition";
    const RULES: &'static [Rule<GetPartitionRequest>] = &[
        field("databaseName", |r| text(&r.database_name), NAME),
        field("tableName", |r| text(&r.table_name), NAME),
        field("partitionValues", |r| texts(&r.partition_values), &[Required, MemberLength(1, 1024)]),
    ];
    const READS_ONLY: bool = true;
    type Request = GetPartitionRequest;
    type Response = GetPartitionResponse;

    fn call(ctx: &mut Context<'_>, request: GetPartitionRequest) -> Result<GetPartitionResponse, ApiError> {
        let table = table::named(ctx, request.database_name, request.table_name)?;
        let partition = partition::find(ctx, &table, &required(request.partition_values))?;
        Ok(GetPartitionResponse { partition: Partition::new(ctx, &table, partition) })
    }
}

/// What `GetPartition` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct GetPartitionRequest {
    /// Required.
    pub database_name: Option<String>,
    /// Required.
    pub table_name: Option<String>,
    /// Required: the values that name it.
    pub partition_values: Option<Vec<String>>,
}

/// What `GetPartition` answers.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct GetPartitionResponse {
    /// The partition.
    pub partition: Partition,
}
