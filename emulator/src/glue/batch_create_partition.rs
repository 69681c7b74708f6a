//! `BatchCreatePartition`: up to 100 partitions, each added or refused by itself.
//! Source: <https://docs.aws.amazon.com/glue/latest/webapi/API_BatchCreatePartition.html>

use serde::{Deserialize, Serialize};

use super::name::{NAME, folded};
use super::partition::PARTITION_INPUT;
use super::{PartitionInput, partition, table};
use crate::error::{ApiError, ErrorCode};
use crate::operation::{Context, Operation};
use crate::validation::Constraint::*;
use crate::validation::{Rule, field, inside, list, required, text};

/// What AWS prints for a partition inside a message; the number after the sign is any.
const ENTRY_SHOWN: &str = "com.amazonaws.services.glue.model.PartitionInput@0";

/// See the module.
pub struct BatchCreatePartition;

impl Operation for BatchCreatePartition {
    const NAME: &'static str = "AWSGlue.BatchCreatePartition";
    const RULES: &'static [Rule<BatchCreatePartitionRequest>] = &[
        field("databaseName", |r| text(&r.database_name), NAME),
        field("tableName", |r| text(&r.table_name), NAME),
        field(
            "partitionInputList",
            |r| list(&r.partition_input_list, ENTRY_SHOWN),
            &[Required, Length(0, 100)],
        ),
        inside(|r, found| {
            found.each("partitionInputList", &r.partition_input_list, PARTITION_INPUT);
        }),
    ];
    type Request = BatchCreatePartitionRequest;
    type Response = BatchCreatePartitionResponse;

    fn call(
        ctx: &mut Context<'_>,
        request: BatchCreatePartitionRequest,
    ) -> Result<BatchCreatePartitionResponse, ApiError> {
        let (database, table) = (folded(request.database_name), folded(request.table_name));
        let table = table::find(ctx, &database, &table)?;
        let mut errors = Vec::new();
        for input in required(request.partition_input_list) {
            if let Err(error) = partition::create(ctx, &table, &input) {
                let partition_values = input.values.unwrap_or_default();
                errors.push(PartitionError { partition_values, error_detail: ErrorDetail::of(error)? });
            }
        }
        Ok(BatchCreatePartitionResponse { errors })
    }
}

/// What `BatchCreatePartition` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct BatchCreatePartitionRequest {
    /// Required.
    pub database_name: Option<String>,
    /// Required.
    pub table_name: Option<String>,
    /// Required: up to 100.
    pub partition_input_list: Option<Vec<PartitionInput>>,
}

impl BatchCreatePartitionRequest {
    /// Adds partitions to a table.
    pub fn new(
        database_name: impl Into<String>,
        table_name: impl Into<String>,
        partition_input_list: Vec<PartitionInput>,
    ) -> Self {
        Self {
            database_name: Some(database_name.into()),
            table_name: Some(table_name.into()),
            partition_input_list: Some(partition_input_list),
        }
    }
}

/// What `BatchCreatePartition` answers.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct BatchCreatePartitionResponse {
    /// The partitions that were refused, in the order of the request.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<PartitionError>,
}

/// A partition that was refused.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct PartitionError {
    /// Its values.
    pub partition_values: Vec<String>,
    /// Why.
    pub error_detail: ErrorDetail,
}

/// An error inside an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ErrorDetail {
    /// Such as `AlreadyExistsException`.
    pub error_code: String,
    /// The same as a sentence.
    pub error_message: String,
}

impl ErrorDetail {
    /// What an entry of a batch did wrong. A failure of the emulator itself is nothing that an entry did: it ends the call.
    pub(super) fn of(error: ApiError) -> Result<Self, ApiError> {
        if error.code == ErrorCode::InternalFailure {
            return Err(error);
        }
        Ok(Self { error_code: error.code.to_string(), error_message: error.message })
    }
}
