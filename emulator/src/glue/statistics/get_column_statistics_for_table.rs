//! `GetColumnStatisticsForTable`: statistics on columns of a table.
//! Source: <https://docs.aws.amazon.com/glue/latest/webapi/API_GetColumnStatisticsForTable.html>

use serde::{Deserialize, Serialize};

use super::{ColumnError, ColumnStatistics};
use crate::error::ApiError;
use crate::glue::name::NAME;
use crate::glue::{statistics, table};
use crate::operation::{Context, Operation};
use crate::store::StatisticsOf;
use crate::validation::Constraint::*;
use crate::validation::{Rule, field, required, text, texts};

/// See the module.
pub struct GetColumnStatisticsForTable;

impl Operation for GetColumnStatisticsForTable {
    const NAME: &'static str = "AWSGlue.GetColumnStatisticsForTable";
    const RULES: &'static [Rule<GetColumnStatisticsForTableRequest>] = &[
        field("databaseName", |r| text(&r.database_name), NAME),
        field("tableName", |r| text(&r.table_name), NAME),
        field("columnNames", |r| texts(&r.column_names), &[Required, Length(0, 100), MemberLength(1, 255)]),
    ];
    const READS_ONLY: bool = true;
    type Request = GetColumnStatisticsForTableRequest;
    type Response = GetColumnStatisticsForTableResponse;

    fn call(
        ctx: &mut Context<'_>,
        request: GetColumnStatisticsForTableRequest,
    ) -> Result<GetColumnStatisticsForTableResponse, ApiError> {
        let table = table::named(ctx, request.database_name, request.table_name)?;
        let (column_statistics_list, errors) =
            statistics::get(ctx, StatisticsOf::Table(&table), required(request.column_names))?;
        Ok(GetColumnStatisticsForTableResponse { column_statistics_list, errors })
    }
}

/// What `GetColumnStatisticsForTable` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct GetColumnStatisticsForTableRequest {
    /// Required.
    pub database_name: Option<String>,
    /// Required.
    pub table_name: Option<String>,
    /// Required: up to 100.
    pub column_names: Option<Vec<String>>,
}

/// What `GetColumnStatisticsForTable` answers.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct GetColumnStatisticsForTableResponse {
    /// Of the columns that have some, in the order of the request.
    pub column_statistics_list: Vec<ColumnStatistics>,
    /// The columns that have none.
    pub errors: Vec<ColumnError>,
}
