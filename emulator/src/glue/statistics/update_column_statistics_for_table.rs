//! `UpdateColumnStatisticsForTable`: sets statistics on columns of a table.
//! Source: <https://docs.aws.amazon.com/glue/latest/webapi/API_UpdateColumnStatisticsForTable.html>

use serde::{Deserialize, Serialize};

use super::{COLUMN_STATISTICS, ColumnStatistics, ColumnStatisticsError};
use crate::error::ApiError;
use crate::glue::name::NAME;
use crate::glue::{statistics, table};
use crate::operation::{Context, Operation};
use crate::store::StatisticsOf;
use crate::validation::Constraint::*;
use crate::validation::{Rule, field, inside, list, required, text};

/// See the module.
pub struct UpdateColumnStatisticsForTable;

impl Operation for UpdateColumnStatisticsForTable {
    const NAME: &'static str = "AWSGlue.UpdateColumnStatisticsForTable";
    const RULES: &'static [Rule<UpdateColumnStatisticsForTableRequest>] = &[
        field("databaseName", |r| text(&r.database_name), NAME),
        field("tableName", |r| text(&r.table_name), NAME),
        field(
            "columnStatisticsList",
            |r| list(&r.column_statistics_list, "com.amazonaws.services.glue.model.ColumnStatistics@0"),
            &[Required, Length(0, 25)],
        ),
        inside(|r, found| found.each("columnStatisticsList", &r.column_statistics_list, COLUMN_STATISTICS)),
    ];
    type Request = UpdateColumnStatisticsForTableRequest;
    type Response = UpdateColumnStatisticsForTableResponse;

    fn call(
        ctx: &mut Context<'_>,
        request: UpdateColumnStatisticsForTableRequest,
    ) -> Result<UpdateColumnStatisticsForTableResponse, ApiError> {
        let table = table::named(ctx, request.database_name, request.table_name)?;
        statistics::update(ctx, StatisticsOf::Table(&table), required(request.column_statistics_list))?;
        Ok(UpdateColumnStatisticsForTableResponse { errors: Vec::new() })
    }
}

/// What `UpdateColumnStatisticsForTable` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct UpdateColumnStatisticsForTableRequest {
    /// Required.
    pub database_name: Option<String>,
    /// Required.
    pub table_name: Option<String>,
    /// Required: up to 25.
    pub column_statistics_list: Option<Vec<ColumnStatistics>>,
}

/// What `UpdateColumnStatisticsForTable` answers.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct UpdateColumnStatisticsForTableResponse {
    /// What was refused: always empty.
    pub errors: Vec<ColumnStatisticsError>,
}
