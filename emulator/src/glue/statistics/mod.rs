//! Statistics on columns: how many values, which are the least and the greatest. Clients compute them, the catalog keeps them.
//! Source: <https://docs.aws.amazon.com/glue/latest/webapi/API_ColumnStatistics.html>

mod data;
mod delete_column_statistics_for_partition;
mod delete_column_statistics_for_table;
mod get_column_statistics_for_partition;
mod get_column_statistics_for_table;
mod update_column_statistics_for_partition;
mod update_column_statistics_for_table;

pub use data::*;
pub use delete_column_statistics_for_partition::{
    DeleteColumnStatisticsForPartition, DeleteColumnStatisticsForPartitionRequest,
    DeleteColumnStatisticsForPartitionResponse,
};
pub use delete_column_statistics_for_table::{
    DeleteColumnStatisticsForTable, DeleteColumnStatisticsForTableRequest,
    DeleteColumnStatisticsForTableResponse,
};
pub use get_column_statistics_for_partition::{
    GetColumnStatisticsForPartition, GetColumnStatisticsForPartitionRequest,
    GetColumnStatisticsForPartitionResponse,
};
pub use get_column_statistics_for_table::{
    GetColumnStatisticsForTable, GetColumnStatisticsForTableRequest, GetColumnStatisticsForTableResponse,
};
pub use update_column_statistics_for_partition::{
    UpdateColumnStatisticsForPartition, UpdateColumnStatisticsForPartitionRequest,
    UpdateColumnStatisticsForPartitionResponse,
};
pub use update_column_statistics_for_table::{
    UpdateColumnStatisticsForTable, UpdateColumnStatisticsForTableRequest,
    UpdateColumnStatisticsForTableResponse,
};

use serde::Serialize;

use super::{ErrorDetail, errors};
use crate::error::ApiError;
use crate::operation::Context;
use crate::store::StatisticsOf;
use crate::validation::required;

use data::COLUMN_STATISTICS;

/// A column that has no statistics.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ColumnError {
    /// Its name.
    pub column_name: String,
    /// That there are none.
    pub error: ErrorDetail,
}

/// Statistics that were refused.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ColumnStatisticsError {
    /// As they were given.
    pub column_statistics: ColumnStatistics,
    /// Why.
    pub error: ErrorDetail,
}

/// The statistics of columns, and the columns that have none.
fn get(
    ctx: &Context<'_>,
    of: StatisticsOf<'_>,
    columns: Vec<String>,
) -> Result<(Vec<ColumnStatistics>, Vec<ColumnError>), ApiError> {
    let (mut found, mut errors) = (Vec::new(), Vec::new());
    for column_name in columns {
        match ctx.store.column_statistics(of, &column_name.to_lowercase())? {
            Some(statistics) => found.push(statistics),
            None => {
                let error = ErrorDetail::of(not_found(&column_name))?;
                errors.push(ColumnError { column_name, error });
            }
        }
    }
    Ok((found, errors))
}

/// Sets the statistics of columns.
fn update(ctx: &Context<'_>, of: StatisticsOf<'_>, all: Vec<ColumnStatistics>) -> Result<(), ApiError> {
    for statistics in all {
        let column = required(statistics.column_name.clone()).to_lowercase();
        ctx.store.set_column_statistics(of, &column, &statistics)?;
    }
    Ok(())
}

/// Deletes the statistics of a column.
fn delete(ctx: &Context<'_>, of: StatisticsOf<'_>, column: &str) -> Result<(), ApiError> {
    let found = ctx.store.delete_column_statistics(of, &column.to_lowercase())?;
    if found { Ok(()) } else { Err(not_found(column)) }
}

fn not_found(column: &str) -> ApiError {
    errors::not_found(format!("Column statistics of {column} not found."))
}
