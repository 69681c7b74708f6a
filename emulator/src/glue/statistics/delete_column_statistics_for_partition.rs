//! `DeleteColumnStatisticsForPartition`: a column of a partition has no statistics any more.
//! Source: <https://docs.aws.amazon.com/glue/latest/webapi/API_DeleteColumnStatisticsForPartition.html>

use serde::{Deserialize, Serialize};

use crate::error::ApiError;
use crate::glue::name::NAME;
use crate::glue::{partition, statistics, table};
use crate::operation::{Context, Operation};
use crate::store::StatisticsOf;
use crate::validation::Constraint::*;
use crate::validation::{Rule, field, required, text, texts};

/// See the module.
pub struct DeleteColumnStatisticsForPartition;

impl Operation for DeleteColumnStatisticsForPartition {
    const NAME: &'static str = "AWSGlue.DeleteColumnStatisticsForPartition";
    const RULES: &'static [Rule<DeleteColumnStatisticsForPartitionRequest>] = &[
        field("databaseName", |r| text(&r.database_name), NAME),
        field("tableName", |r| text(&r.table_name), NAME),
        field("partitionValues", |r| texts(&r.partition_values), &[Required, MemberLength(1, 1024)]),
        field("columnName", |r| text(&r.column_name), NAME),
    ];
    type Request = DeleteColumnStatisticsForPartitionRequest;
    type Response = DeleteColumnStatisticsForPartitionResponse;

    fn call(
        ctx: &mut Context<'_>,
        request: DeleteColumnStatisticsForPartitionRequest,
    ) -> Result<DeleteColumnStatisticsForPartitionResponse, ApiError> {
        let table = table::named(ctx, request.database_name, request.table_name)?;
        let partition = partition::find(ctx, &table, &required(request.partition_values))?;
        statistics::delete(
            ctx,
            StatisticsOf::Partition(&table, &partition.values),
            &required(request.column_name),
        )?;
        Ok(DeleteColumnStatisticsForPartitionResponse {})
    }
}

/// What `DeleteColumnStatisticsForPartition` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct DeleteColumnStatisticsForPartitionRequest {
    /// Required.
    pub database_name: Option<String>,
    /// Required.
    pub table_name: Option<String>,
    /// Required: the values that name it.
    pub partition_values: Option<Vec<String>>,
    /// Required.
    pub column_name: Option<String>,
}

/// What `DeleteColumnStatisticsForPartition` answers: nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeleteColumnStatisticsForPartitionResponse {}
