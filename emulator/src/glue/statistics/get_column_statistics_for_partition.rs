//! `GetColumnStatisticsForPartition`: statistics on columns of a partition.
//! Source: <https://docs.aws.amazon.com/glue/latest/webapi/API_GetColumnStatisticsForPartition.html>

use serde::{Deserialize, Serialize};

use super::{ColumnError, ColumnStatistics};
use crate::error::ApiError;
use crate::glue::name::NAME;
use crate::glue::{partition, statistics, table};
use crate::operation::{Context, Operation};
use crate::store::StatisticsOf;
use crate::validation::Constraint::*;
use crate::validation::{Rule, field, required, text, texts};

/// See the module.
pub struct GetColumnStatisticsForPartition;

impl Operation for GetColumnStatisticsForPartition {
    const NAME: &'static str = "AWSGlue.GetColumnStatisticsForPartition";
    const RULES: &'static [Rule<GetColumnStatisticsForPartitionRequest>] = &[
        field("databaseName", |r| text(&r.database_name), NAME),
        field("tableName", |r| text(&r.table_name), NAME),
        field("partitionValues", |r| texts(&r.partition_values), &[Required, MemberLength(1, 1024)]),
        field("columnNames", |r| texts(&r.column_names), &[Required, Length(0, 100), MemberLength(1, 255)]),
    ];
    const READS_ONLY: bool = true;
    type Request = GetColumnStatisticsForPartitionRequest;
    type Response = GetColumnStatisticsForPartitionResponse;

    fn call(
        ctx: &mut Context<'_>,
        request: GetColumnStatisticsForPartitionRequest,
    ) -> Result<GetColumnStatisticsForPartitionResponse, ApiError> {
        let table = table::named(ctx, request.database_name, request.table_name)?;
        let partition = partition::find(ctx, &table, &required(request.partition_values))?;
        let (column_statistics_list, errors) = statistics::get(
            ctx,
            StatisticsOf::Partition(&table, &partition.values),
            required(request.column_names),
        )?;
        Ok(GetColumnStatisticsForPartitionResponse { column_statistics_list, errors })
    }
}

/// What `GetColumnStatisticsForPartition` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct GetColumnStatisticsForPartitionRequest {
    /// Required.
    pub database_name: Option<String>,
    /// Required.
    pub table_name: Option<String>,
    /// Required: the values that name it.
    pub partition_values: Option<Vec<String>>,
    /// Required: up to 100.
    pub column_names: Option<Vec<String>>,
}

/// What `GetColumnStatisticsForPartition` answers.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct GetColumnStatisticsForPartitionResponse {
    /// Of the columns that have some, in the order of the request.
    pub column_statistics_list: Vec<ColumnStatistics>,
    /// The columns that have none.
    pub errors: Vec<ColumnError>,
}
