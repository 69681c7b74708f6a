//! `CREATE EXTERNAL TABLE`: the description that Athena gives to Glue.

use std::collections::{BTreeMap, BTreeSet};

use wavetank_emulator::glue::{Column, SerDeInfo, StorageDescriptor, TableInput};

use super::super::answer::Answer;
use super::super::error::DdlError;
use super::super::statement::{ColumnDefinition, CreateTable};
use super::super::storage_format::storage;
use super::{Outcome, Run};

/// When the catalog was last told something, in seconds.
pub(super) const DDL_TIME: &str = "transient_lastDdlTime";
/// Says in the properties what the type of the table says as well.
pub(super) const EXTERNAL: &str = "EXTERNAL";
/// What `COMMENT` says.
pub(super) const COMMENT: &str = "comment";

pub(super) fn create(run: &Run<'_>, create: &CreateTable) -> Outcome {
    let database = run.database_of(&create.table)?;
    run.must_exist(&database)?;
    check_columns(&create.columns, &create.partitioned_by)?;
    let table = described(create, run.context.now.as_secs());
    if run.catalog.create_table(&database, table)? || create.if_not_exists {
        return Ok(Answer::done());
    }
    Err(DdlError::already_exists("Table", &create.table.name))
}

/// No name twice, neither among the columns nor between them and the partition keys.
pub(super) fn check_columns(columns: &[ColumnDefinition], keys: &[ColumnDefinition]) -> Result<(), DdlError> {
    let mut names = BTreeSet::new();
    if let Some(column) = columns.iter().find(|column| !names.insert(column.name.as_str())) {
        return Err(DdlError::semantic(10036, format_args!("Duplicate column name: {}", column.name)));
    }
    if keys.iter().any(|key| !names.insert(key.name.as_str())) {
        return Err(DdlError::semantic(10035, "Column repeated in partitioning columns"));
    }
    Ok(())
}

/// A table as the catalog is told of it.
pub(super) fn described(create: &CreateTable, now_secs: u64) -> TableInput {
    let mut parameters: BTreeMap<_, _> = create.properties.iter().cloned().collect();
    parameters.insert(EXTERNAL.to_owned(), "TRUE".to_owned());
    parameters.entry(DDL_TIME.to_owned()).or_insert_with(|| now_secs.to_string());
    if let Some(comment) = &create.comment {
        parameters.insert(COMMENT.to_owned(), comment.clone());
    }
    TableInput {
        name: Some(create.table.name.clone()),
        owner: Some("hadoop".to_owned()),
        retention: Some(0),
        storage_descriptor: Some(stored(create)),
        partition_keys: Some(create.partitioned_by.iter().map(column).collect()),
        table_type: Some("EXTERNAL_TABLE".to_owned()),
        parameters: Some(parameters),
        ..TableInput::default()
    }
}

fn stored(create: &CreateTable) -> StorageDescriptor {
    let storage = storage(create.row_format.as_ref(), create.stored_as.as_ref());
    let clustered = create.clustered_by.as_ref();
    StorageDescriptor {
        columns: Some(create.columns.iter().map(column).collect()),
        location: create.location.clone(),
        input_format: Some(storage.input),
        output_format: Some(storage.output),
        compressed: Some(false),
        number_of_buckets: Some(clustered.map_or(-1, |clustered| clustered.buckets)),
        serde_info: Some(SerDeInfo {
            serialization_library: Some(storage.serde),
            parameters: Some(storage.serde_properties),
            ..SerDeInfo::default()
        }),
        bucket_columns: Some(clustered.map(|clustered| clustered.columns.clone()).unwrap_or_default()),
        sort_columns: Some(Vec::new()),
        parameters: Some(BTreeMap::new()),
        stored_as_sub_directories: Some(false),
        ..StorageDescriptor::default()
    }
}

/// A column as the catalog is told of it.
pub(super) fn column(column: &ColumnDefinition) -> Column {
    let comment = column.comment.clone();
    Column { comment, ..Column::new(&column.name, column.column_type.as_str()) }
}
