//! `CreatePartitionIndex`: an index that is active at once, and changes no answer.
//! Source: <https://docs.aws.amazon.com/glue/latest/webapi/API_CreatePartitionIndex.html>

use serde::{Deserialize, Serialize};

use super::{PARTITION_INDEX, PartitionIndex};
use crate::error::ApiError;
use crate::glue::name::NAME;
use crate::glue::{indexes, table};
use crate::operation::{Context, Operation};
use crate::validation::Constraint::*;
use crate::validation::{Rule, field, inside, required, structure, text};

/// See the module.
pub struct CreatePartitionIndex;

impl Operation for CreatePartitionIndex {
    const NAME: &'static str = "AWSGlue.CreatePartitionIndex";
    const RULES: &'static [Rule<CreatePartitionIndexRequest>] = &[
        field("databaseName", |r| text(&r.database_name), NAME),
        field("tableName", |r| text(&r.table_name), NAME),
        field("partitionIndex", |r| structure(&r.partition_index), &[Required]),
        inside(|r, found| found.within("partitionIndex", &r.partition_index, PARTITION_INDEX)),
    ];
    type Request = CreatePartitionIndexRequest;
    type Response = CreatePartitionIndexResponse;

    fn call(
        ctx: &mut Context<'_>,
        request: CreatePartitionIndexRequest,
    ) -> Result<CreatePartitionIndexResponse, ApiError> {
        let table = table::named(ctx, request.database_name, request.table_name)?;
        indexes::create(ctx, &table, required(request.partition_index))?;
        Ok(CreatePartitionIndexResponse {})
    }
}

/// What `CreatePartitionIndex` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct CreatePartitionIndexRequest {
    /// Required.
    pub database_name: Option<String>,
    /// Required.
    pub table_name: Option<String>,
    /// Required.
    pub partition_index: Option<PartitionIndex>,
}

/// What `CreatePartitionIndex` answers: nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CreatePartitionIndexResponse {}
