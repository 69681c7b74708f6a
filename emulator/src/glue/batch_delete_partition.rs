//! `BatchDeletePartition`: up to 25 partitions, each deleted or refused by itself.
//! Source: <https://docs.aws.amazon.com/glue/latest/webapi/API_BatchDeletePartition.html>

use serde::{Deserialize, Serialize};

use crate::error::ApiError;
use crate::glue::name::NAME;
use crate::glue::partition::PARTITION_VALUE_LIST;
use crate::glue::{ErrorDetail, PartitionError, PartitionValueList, partition, table};
use crate::operation::{Context, Operation};
use crate::validation::Constraint::*;
use crate::validation::{Rule, field, inside, list, required, text};

/// See the module.
pub struct BatchDeletePartition;

impl Operation for BatchDeletePartition {
    const NAME: &'static str = "AWSGlue.BatchDeletePartition";
    const RULES: &'static [Rule<BatchDeletePartitionRequest>] = &[
        field("databaseName", |r| text(&r.database_name), NAME),
        field("tableName", |r| text(&r.table_name), NAME),
        field(
            "partitionsToDelete",
            |r| list(&r.partitions_to_delete, "com.amazonaws.services.glue.model.PartitionValueList@0"),
            &[Required, Length(0, 25)],
        ),
        inside(|r, found| found.each("partitionsToDelete", &r.partitions_to_delete, PARTITION_VALUE_LIST)),
    ];
    type Request = BatchDeletePartitionRequest;
    type Response = BatchDeletePartitionResponse;

    fn call(
        ctx: &mut Context<'_>,
        request: BatchDeletePartitionRequest,
    ) -> Result<BatchDeletePartitionResponse, ApiError> {
        let table = table::named(ctx, request.database_name, request.table_name)?;
        let mut errors = Vec::new();
        for key in required(request.partitions_to_delete) {
            let partition_values = required(key.values);
            if let Err(error) = partition::delete(ctx, &table, &partition_values) {
                errors.push(PartitionError { partition_values, error_detail: ErrorDetail::of(error)? });
            }
        }
        Ok(BatchDeletePartitionResponse { errors })
    }
}

/// What `BatchDeletePartition` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct BatchDeletePartitionRequest {
    /// Required.
    pub database_name: Option<String>,
    /// Required.
    pub table_name: Option<String>,
    /// Required: up to 25.
    pub partitions_to_delete: Option<Vec<PartitionValueList>>,
}

/// What `BatchDeletePartition` answers.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct BatchDeletePartitionResponse {
    /// The partitions that were not deleted, in the order of the request.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<PartitionError>,
}
