//! `BatchUpdatePartition`: up to 100 partitions, each updated or refused by itself.
//! Source: <https://docs.aws.amazon.com/glue/latest/webapi/API_BatchUpdatePartition.html>

use serde::{Deserialize, Serialize};

use crate::error::ApiError;
use crate::glue::name::NAME;
use crate::glue::partition::PARTITION_INPUT;
use crate::glue::{ErrorDetail, PartitionInput, partition, table};
use crate::operation::{Context, Operation};
use crate::validation::Constraint::*;
use crate::validation::{Rule, field, inside, list, required, structure, text, texts};

/// See the module.
pub struct BatchUpdatePartition;

impl Operation for BatchUpdatePartition {
    const NAME: &'static str = "AWSGlue.BatchUpdatePartition";
    const RULES: &'static [Rule<BatchUpdatePartitionRequest>] = &[
        field("databaseName", |r| text(&r.database_name), NAME),
        field("tableName", |r| text(&r.table_name), NAME),
        field(
            "entries",
            |r| list(&r.entries, "com.amazonaws.services.glue.model.BatchUpdatePartitionRequestEntry@0"),
            &[Required, Length(1, 100)],
        ),
        inside(|r, found| found.each("entries", &r.entries, ENTRY)),
    ];
    type Request = BatchUpdatePartitionRequest;
    type Response = BatchUpdatePartitionResponse;

    fn call(
        ctx: &mut Context<'_>,
        request: BatchUpdatePartitionRequest,
    ) -> Result<BatchUpdatePartitionResponse, ApiError> {
        let table = table::named(ctx, request.database_name, request.table_name)?;
        let mut errors = Vec::new();
        for entry in required(request.entries) {
            let values = required(entry.partition_value_list);
            if let Err(error) = partition::update(ctx, &table, &values, required(entry.partition_input)) {
                let error_detail = ErrorDetail::of(error)?;
                errors.push(BatchUpdatePartitionFailureEntry { partition_value_list: values, error_detail });
            }
        }
        Ok(BatchUpdatePartitionResponse { errors })
    }
}

/// What `BatchUpdatePartition` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct BatchUpdatePartitionRequest {
    /// Required.
    pub database_name: Option<String>,
    /// Required.
    pub table_name: Option<String>,
    /// Required: 1 to 100.
    pub entries: Option<Vec<BatchUpdatePartitionRequestEntry>>,
}

/// What `BatchUpdatePartition` answers.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct BatchUpdatePartitionResponse {
    /// The partitions that were not updated, in the order of the request.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<BatchUpdatePartitionFailureEntry>,
}

/// A partition to be updated.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct BatchUpdatePartitionRequestEntry {
    /// Required: the values that name it now.
    pub partition_value_list: Option<Vec<String>>,
    /// Required: what it is to say.
    pub partition_input: Option<PartitionInput>,
}

const ENTRY: &[Rule<BatchUpdatePartitionRequestEntry>] = &[
    field(
        "partitionValueList",
        |e| texts(&e.partition_value_list),
        &[Required, Length(0, 100), MemberLength(1, 1024)],
    ),
    field("partitionInput", |e| structure(&e.partition_input), &[Required]),
    inside(|e, found| found.within("partitionInput", &e.partition_input, PARTITION_INPUT)),
];

/// A partition that was not updated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct BatchUpdatePartitionFailureEntry {
    /// The values that name it.
    pub partition_value_list: Vec<String>,
    /// Why.
    pub error_detail: ErrorDetail,
}
