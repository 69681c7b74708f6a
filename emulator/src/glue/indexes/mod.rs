//! Indexes on partitions: kept and shown. Here they make nothing faster, and are never waited for.
//! Source: <https://docs.aws.amazon.com/glue/latest/webapi/API_PartitionIndex.html>

mod create_partition_index;
mod delete_partition_index;
mod get_partition_indexes;

pub use create_partition_index::{
    CreatePartitionIndex, CreatePartitionIndexRequest, CreatePartitionIndexResponse,
};
pub use delete_partition_index::{
    DeletePartitionIndex, DeletePartitionIndexRequest, DeletePartitionIndexResponse,
};
pub use get_partition_indexes::{
    GetPartitionIndexes, GetPartitionIndexesRequest, GetPartitionIndexesResponse,
};

use serde::{Deserialize, Serialize};

use super::name::NAME;
use super::{Column, errors};
use crate::error::{ApiError, ErrorCode};
use crate::operation::Context;
use crate::store::TableRow;
use crate::validation::Constraint::*;
use crate::validation::{Rule, field, required, text, texts};

/// A table has no more.
const INDEXES_MAX: usize = 3;

/// An index as clients describe it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct PartitionIndex {
    /// Required: names of partition keys.
    pub keys: Option<Vec<String>>,
    /// Required.
    pub index_name: Option<String>,
}

/// An index as the catalog describes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct PartitionIndexDescriptor {
    /// Its name.
    pub index_name: String,
    /// Its keys, with their types.
    pub keys: Vec<KeySchemaElement>,
    /// Always `ACTIVE`.
    pub index_status: &'static str,
}

/// A key of an index.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct KeySchemaElement {
    /// Its name.
    pub name: String,
    /// Its type, as the table has it.
    pub r#type: String,
}

impl PartitionIndexDescriptor {
    fn new(table: &TableRow, index: PartitionIndex) -> Self {
        let keys = index.keys.unwrap_or_default().into_iter().map(|name| {
            let column = key(table, &name).and_then(|column| column.r#type.clone());
            KeySchemaElement { name, r#type: column.unwrap_or_default() }
        });
        Self {
            index_name: index.index_name.unwrap_or_default(),
            keys: keys.collect(),
            index_status: "ACTIVE",
        }
    }
}

/// Adds an index to a table.
pub(super) fn create(ctx: &Context<'_>, table: &TableRow, index: PartitionIndex) -> Result<(), ApiError> {
    let keys: Vec<String> = required(index.keys).iter().map(|name| name.to_lowercase()).collect();
    if let Some(name) = keys.iter().find(|name| key(table, name).is_none()) {
        return Err(errors::invalid_input(format!("{name} is not a partition key of the table.")));
    }
    let name = required(index.index_name).to_lowercase();
    let found = ctx.store.list_partition_indexes(table)?;
    let is_name = |index: &PartitionIndex| index.index_name.as_deref() == Some(name.as_str());
    if found.iter().any(is_name) {
        return Err(errors::already_exists("Index"));
    }
    if found.len() >= INDEXES_MAX {
        let message = format!("A table has at most {INDEXES_MAX} partition indexes.");
        return Err(ApiError::new(ErrorCode::ResourceNumberLimitExceededException, message));
    }
    let index = PartitionIndex { keys: Some(keys), index_name: Some(name.clone()) };
    ctx.store.insert_partition_index(table, &name, &index)?;
    Ok(())
}

fn key<'a>(table: &'a TableRow, name: &str) -> Option<&'a Column> {
    let mut keys = table.input.partition_keys.iter().flatten();
    keys.find(|column| column.name.as_ref().is_some_and(|own| own.eq_ignore_ascii_case(name)))
}

/// On descriptions of indexes.
pub(super) const PARTITION_INDEX: &[Rule<PartitionIndex>] = &[
    field("keys", |i| texts(&i.keys), &[Required, Length(1, usize::MAX), MemberLength(1, 255)]),
    field("indexName", |i| text(&i.index_name), NAME),
];
