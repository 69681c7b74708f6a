//! `UpdatePartition`: replaces what a partition says, its values included.
//! Source: <https://docs.aws.amazon.com/glue/latest/webapi/API_UpdatePartition.html>

use serde::{Deserialize, Serialize};

use crate::error::ApiError;
use crate::glue::name::NAME;
use crate::glue::partition::PARTITION_INPUT;
use crate::glue::{PartitionInput, partition, table};
use crate::operation::{Context, Operation};
use crate::validation::Constraint::*;
use crate::validation::{Rule, field, inside, required, structure, text, texts};

/// See the module.
pub struct UpdatePartition;

impl Operation for UpdatePartition {
    const NAME: &'static str = "AWSGlue.UpdatePartition";
    const RULES: &'static [Rule<UpdatePartitionRequest>] = &[
        field("databaseName", |r| text(&r.database_name), NAME),
        field("tableName", |r| text(&r.table_name), NAME),
        field(
            "partitionValueList",
            |r| texts(&r.partition_value_list),
            &[Required, Length(0, 100), MemberLength(1, 1024)],
        ),
        field("partitionInput", |r| structure(&r.partition_input), &[Required]),
        inside(|r, found| found.within("partitionInput", &r.partition_input, PARTITION_INPUT)),
    ];
    type Request = UpdatePartitionRequest;
    type Response = UpdatePartitionResponse;

    fn call(
        ctx: &mut Context<'_>,
        request: UpdatePartitionRequest,
    ) -> Result<UpdatePartitionResponse, ApiError> {
        let table = table::named(ctx, request.database_name, request.table_name)?;
        let values = required(request.partition_value_list);
        partition::update(ctx, &table, &values, required(request.partition_input))?;
        Ok(UpdatePartitionResponse {})
    }
}

/// What `UpdatePartition` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct UpdatePartitionRequest {
    /// Required.
    pub database_name: Option<String>,
    /// Required.
    pub table_name: Option<String>,
    /// Required: the values that name it now.
    pub partition_value_list: Option<Vec<String>>,
    /// Required.
    pub partition_input: Option<PartitionInput>,
}

/// What `UpdatePartition` answers: nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UpdatePartitionResponse {}
