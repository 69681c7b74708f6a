//! `CreatePartition`.
//! Source: <https://docs.aws.amazon.com/glue/latest/webapi/API_CreatePartition.html>

use serde::{Deserialize, Serialize};

use super::name::{NAME, folded};
use super::partition::PARTITION_INPUT;
use super::{PartitionInput, partition, table};
use crate::error::ApiError;
use crate::operation::{Context, Operation};
use crate::validation::Constraint::*;
use crate::validation::{Rule, field, inside, required, structure, text};

/// See the module.
pub struct CreatePartition;

impl Operation for CreatePartition {
    const NAME: &'static str = "AWSGlue.CreatePartition";
    const RULES: &'static [Rule<CreatePartitionRequest>] = &[
        field("databaseName", |r| text(&r.database_name), NAME),
        field("tableName", |r| text(&r.table_name), NAME),
        field("partitionInput", |r| structure(&r.partition_input), &[Required]),
        inside(|r, found| found.within("partitionInput", &r.partition_input, PARTITION_INPUT)),
    ];
    type Request = CreatePartitionRequest;
    type Response = CreatePartitionResponse;

    fn call(
        ctx: &mut Context<'_>,
        request: CreatePartitionRequest,
    ) -> Result<CreatePartitionResponse, ApiError> {
        let (database, table) = (folded(request.database_name), folded(request.table_name));
        let table = table::find(ctx, &database, &table)?;
        partition::create(ctx, &table, &required(request.partition_input))?;
        Ok(CreatePartitionResponse {})
    }
}

/// What `CreatePartition` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct CreatePartitionRequest {
    /// Required.
    pub database_name: Option<String>,
    /// Required.
    pub table_name: Option<String>,
    /// Required.
    pub partition_input: Option<PartitionInput>,
}

impl CreatePartitionRequest {
    /// Adds a partition to a table.
    pub fn new(
        database_name: impl Into<String>,
        table_name: impl Into<String>,
        partition_input: PartitionInput,
    ) -> Self {
        Self {
            database_name: Some(database_name.into()),
            table_name: Some(table_name.into()),
            partition_input: Some(partition_input),
        }
    }
}

/// What `CreatePartition` answers: nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CreatePartitionResponse {}
