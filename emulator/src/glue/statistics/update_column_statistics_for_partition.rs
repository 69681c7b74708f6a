//! `UpdateColumnStatisticsForPartition`: sets statistics on columns of a partition.
//! Source: <https://docs.aws.amazon.com/glue/latest/webapi/API_UpdateColumnStatisticsForPartition.html>

use serde::{Deserialize, Serialize};

use super::{COLUMN_STATISTICS, ColumnStatistics, ColumnStatisticsError};
use crate::error::ApiError;
use crate::glue::name::NAME;
use crate::glue::{partition, statistics, table};
use crate::operation::{Context, Operation};
use crate::store::StatisticsOf;
use crate::validation::Constraint::*;
use crate::validation::{Rule, field, inside, list, required, text, texts};

/// See the module.
pub struct UpdateColumnStatisticsForPartition;

impl Operation for UpdateColumnStatisticsForPartition {
    const NAME: &'static str = "AWSGlue.UpdateColumnStatisticsForPartition";
    const RULES: &'static [Rule<UpdateColumnStatisticsForPartitionRequest>] = &[
        field("databaseName", |r| text(&r.database_name), NAME),
        field("tableName", |r| text(&r.table_name), NAME),
        field("partitionValues", |r| texts(&r.partition_values), &[Required, MemberLength(1, 1024)]),
        field(
            "columnStatisticsList",
            |r| list(&r.column_statistics_list, "com.amazonaws.services.glue.model.ColumnStatistics@0"),
            &[Required, Length(0, 25)],
        ),
        inside(|r, found| found.each("columnStatisticsList", &r.column_statistics_list, COLUMN_STATISTICS)),
    ];
    type Request = UpdateColumnStatisticsForPartitionRequest;
    type Response = UpdateColumnStatisticsForPartitionResponse;

    fn call(
        ctx: &mut Context<'_>,
        request: UpdateColumnStatisticsForPartitionRequest,
    ) -> Result<UpdateColumnStatisticsForPartitionResponse, ApiError> {
        let table = table::named(ctx, request.database_name, request.table_name)?;
        let partition = partition::find(ctx, &table, &required(request.partition_values))?;
        statistics::update(
            ctx,
            StatisticsOf::Partition(&table, &partition.values),
            required(request.column_statistics_list),
        )?;
        Ok(UpdateColumnStatisticsForPartitionResponse { errors: Vec::new() })
    }
}

/// What `UpdateColumnStatisticsForPartition` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct UpdateColumnStatisticsForPartitionRequest {
    /// Required.
    pub database_name: Option<String>,
    /// Required.
    pub table_name: Option<String>,
    /// Required: the values that name it.
    pub partition_values: Option<Vec<String>>,
    /// Required: up to 25.
    pub column_statistics_list: Option<Vec<ColumnStatistics>>,
}

/// What `UpdateColumnStatisticsForPartition` answers.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct UpdateColumnStatisticsForPartitionResponse {
    /// What was refused: always empty.
    pub errors: Vec<ColumnStatisticsError>,
}
