//! `GetPartitionIndexes`: the indexes of a table, by name; there are never so many that a second page is needed.
//! Source: <https://docs.aws.amazon.com/glue/latest/webapi/API_GetPartitionIndexes.html>

use serde::{Deserialize, Serialize};

use super::PartitionIndexDescriptor;
use crate::error::ApiError;
use crate::glue::name::NAME;
use crate::glue::table;
use crate::operation::{Context, Operation};
use crate::validation::{Rule, field, text};

/// See the module.
pub struct GetPartitionIndexes;

impl Operation for GetPartitionIndexes {
    const NAME: &'static str = "AWSGlue.GetPartitionIndexes";
    const RULES: &'static [Rule<GetPartitionIndexesRequest>] = &[
        field("databaseName", |r| text(&r.database_name), NAME),
        field("tableName", |r| text(&r.table_name), NAME),
    ];
    const READS_ONLY: bool = true;
    type Request = GetPartitionIndexesRequest;
    type Response = GetPartitionIndexesResponse;

    fn call(
        ctx: &mut Context<'_>,
        request: GetPartitionIndexesRequest,
    ) -> Result<GetPartitionIndexesResponse, ApiError> {
        let table = table::named(ctx, request.database_name, request.table_name)?;
        let indexes = ctx.store.list_partition_indexes(&table)?.into_iter();
        let descriptors = indexes.map(|index| PartitionIndexDescriptor::new(&table, index));
        Ok(GetPartitionIndexesResponse { partition_index_descriptor_list: descriptors.collect() })
    }
}

/// What `GetPartitionIndexes` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct GetPartitionIndexesRequest {
    /// Required.
    pub database_name: Option<String>,
    /// Required.
    pub table_name: Option<String>,
    /// Goes on where an earlier answer ended.
    pub next_token: Option<String>,
}

/// What `GetPartitionIndexes` answers.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct GetPartitionIndexesResponse {
    /// The indexes.
    pub partition_index_descriptor_list: Vec<PartitionIndexDescriptor>,
}
