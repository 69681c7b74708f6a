//! `BatchGetPartition`: up to 1,000 partitions by their values; those that are not there are left out.
//! Source: <https://docs.aws.amazon.com/glue/latest/webapi/API_BatchGetPartition.html>

use serde::{Deserialize, Serialize};

use crate::error::ApiError;
use crate::glue::name::NAME;
use crate::glue::partition::PARTITION_VALUE_LIST;
use crate::glue::{Partition, PartitionValueList, table};
use crate::operation::{Context, Operation};
use crate::validation::Constraint::*;
use crate::validation::{Rule, field, inside, list, required, text};

/// See the module.
pub struct BatchGetPartition;

impl Operation for BatchGetPartition {
    const NAME: &'static str = "AWSGlue.BatchGetPartition";
    const RULES: &'static [Rule<BatchGetPartitionRequest>] = &[
        field("databaseName", |r| text(&r.database_name), NAME),
        field("tableName", |r| text(&r.table_name), NAME),
        field(
            "partitionsToGet",
            |r| list(&r.partitions_to_get, "com.amazonaws.services.glue.model.PartitionValueList@0"),
            &[Required, Length(0, 1000)],
        ),
        inside(|r, found| found.each("partitionsToGet", &r.partitions_to_get, PARTITION_VALUE_LIST)),
    ];
    const READS_ONLY: bool = true;
    type Request = BatchGetPartitionRequest;
    type Response = BatchGetPartitionResponse;

    fn call(
        ctx: &mut Context<'_>,
        request: BatchGetPartitionRequest,
    ) -> Result<BatchGetPartitionResponse, ApiError> {
        let table = table::named(ctx, request.database_name, request.table_name)?;
        let mut partitions = Vec::new();
        for key in required(request.partitions_to_get) {
            let row = ctx.store.find_partition(&table, &required(key.values))?;
            partitions.extend(row.map(|row| Partition::new(ctx, &table, row)));
        }
        Ok(BatchGetPartitionResponse { partitions, unprocessed_keys: Vec::new() })
    }
}

/// What `BatchGetPartition` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct BatchGetPartitionRequest {
    /// Required.
    pub database_name: Option<String>,
    /// Required.
    pub table_name: Option<String>,
    /// Required: up to 1,000.
    pub partitions_to_get: Option<Vec<PartitionValueList>>,
}

/// What `BatchGetPartition` answers.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct BatchGetPartitionResponse {
    /// The partitions, in the order of the request.
    pub partitions: Vec<Partition>,
    /// What was not looked for: always empty.
    pub unprocessed_keys: Vec<PartitionValueList>,
}
