//! Partitions: parts of a table, named by the values of its partition keys.
//! Source: <https://docs.aws.amazon.com/glue/latest/webapi/API_PartitionInput.html>

use serde::{Deserialize, Serialize};

use super::storage_descriptor::{STORAGE_DESCRIPTOR, StorageDescriptor};
use super::{Parameters, errors};
use crate::error::ApiError;
use crate::operation::Context;
use crate::store::{NewPartition, PartitionRow, TableRow};
use crate::time::Timestamp;
use crate::validation::Constraint::*;
use crate::validation::{Rule, field, inside, texts};

/// A partition as clients describe it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct PartitionInput {
    /// One value per partition key of the table, in their order.
    pub values: Option<Vec<String>>,
    /// When it was last read, as clients tell it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_access_time: Option<Timestamp>,
    /// When statistics were last computed, as clients tell it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_analyzed_time: Option<Timestamp>,
    /// Where and how its data is stored.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub storage_descriptor: Option<StorageDescriptor>,
    /// Properties.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parameters: Option<Parameters>,
}

/// A partition as the catalog describes it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Partition {
    /// What the client said.
    #[serde(flatten)]
    pub input: PartitionInput,
    /// Its database.
    pub database_name: String,
    /// Its table.
    pub table_name: String,
    /// When it was created.
    pub creation_time: Timestamp,
    /// The account.
    pub catalog_id: String,
}

impl Partition {
    pub(super) fn new(ctx: &Context<'_>, table: &TableRow, row: PartitionRow) -> Self {
        let values = Some(row.values);
        Self {
            input: PartitionInput { values, ..row.input },
            database_name: table.database.clone(),
            table_name: table.name.clone(),
            creation_time: row.created,
            catalog_id: ctx.identity.account.clone(),
        }
    }
}

/// Adds a partition to a table.
pub(super) fn create(ctx: &Context<'_>, table: &TableRow, input: &PartitionInput) -> Result<(), ApiError> {
    let values = input.values.as_deref().unwrap_or_default();
    check_count(table, values)?;
    let partition = NewPartition { values, created: ctx.now, input };
    if ctx.store.insert_partition(table, partition)? {
        Ok(())
    } else {
        Err(errors::already_exists("Partition"))
    }
}

/// The values that name a partition.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct PartitionValueList {
    /// Required: one per partition key of the table.
    pub values: Option<Vec<String>>,
}

pub(super) fn find(ctx: &Context<'_>, table: &TableRow, values: &[String]) -> Result<PartitionRow, ApiError> {
    ctx.store.find_partition(table, values)?.ok_or_else(errors::partition_not_found)
}

/// Replaces what a partition says; without values in the description it keeps its own.
pub(super) fn update(
    ctx: &Context<'_>,
    table: &TableRow,
    values: &[String],
    mut input: PartitionInput,
) -> Result<(), ApiError> {
    find(ctx, table, values)?;
    let new = input.values.get_or_insert_with(|| values.to_vec());
    check_count(table, new)?;
    if new != values && ctx.store.find_partition(table, new)?.is_some() {
        return Err(errors::already_exists("Partition"));
    }
    Ok(ctx.store.update_partition(table, values, &input)?)
}

pub(super) fn delete(ctx: &Context<'_>, table: &TableRow, values: &[String]) -> Result<(), ApiError> {
    if ctx.store.delete_partition(table, values)? { Ok(()) } else { Err(errors::partition_not_found()) }
}

fn check_count(table: &TableRow, values: &[String]) -> Result<(), ApiError> {
    let keys = table.input.partition_keys.as_deref().unwrap_or_default();
    if values.len() == keys.len() {
        return Ok(());
    }
    Err(errors::invalid_input("The number of partition keys do not match the number of partition values"))
}

/// On values that name a partition.
pub(super) const PARTITION_VALUE_LIST: &[Rule<PartitionValueList>] =
    &[field("values", |p| texts(&p.values), &[Required, MemberLength(1, 1024)])];

/// On descriptions of partitions.
pub(super) const PARTITION_INPUT: &[Rule<PartitionInput>] = &[
    field("values", |p| texts(&p.values), &[MemberLength(1, 1024)]),
    inside(|p, found| found.within("storageDescriptor", &p.storage_descriptor, STORAGE_DESCRIPTOR)),
];
