//! `DeleteColumnStatisticsForTable`: a column of a table has no statistics any more.
//! Source: <https://docs.aws.amazon.com/glue/latest/webapi/API_DeleteColumnStatisticsForTable.html>

use serde::{Deserialize, Serialize};

use crate::error::ApiError;
use crate::glue::name::NAME;
use crate::glue::{statistics, table};
use crate::operation::{Context, Operation};
use crate::store::StatisticsOf;
use crate::validation::{Rule, field, required, text};

/// See the module.
pub struct DeleteColumnStatisticsForTable;

impl Operation for DeleteColumnStatisticsForTable {
    const NAME: &'static str = "AWSGlue.DeleteColumnStatisticsForTable";
    const RULES: &'static [Rule<DeleteColumnStatisticsForTableRequest>] = &[
        field("databaseName", |r| text(&r.database_name), NAME),
        field("tableName", |r| text(&r.table_name), NAME),
        field("columnName", |r| text(&r.column_name), NAME),
    ];
    type Request = DeleteColumnStatisticsForTableRequest;
    type Response = DeleteColumnStatisticsForTableResponse;

    fn call(
        ctx: &mut Context<'_>,
        request: DeleteColumnStatisticsForTableRequest,
    ) -> Result<DeleteColumnStatisticsForTableResponse, ApiError> {
        let table = table::named(ctx, request.database_name, request.table_name)?;
        statistics::delete(ctx, StatisticsOf::Table(&table), &required(request.column_name))?;
        Ok(DeleteColumnStatisticsForTableResponse {})
    }
}

/// What `DeleteColumnStatisticsForTable` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct DeleteColumnStatisticsForTableRequest {
    /// Required.
    pub database_name: Option<String>,
    /// Required.
    pub table_name: Option<String>,
    /// Required.
    pub column_name: Option<String>,
}

/// What `DeleteColumnStatisticsForTable` answers: nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeleteColumnStatisticsForTableResponse {}
