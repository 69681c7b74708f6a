//! `ALTER TABLE`, beside partitions.

use wavetank_emulator::glue::{Column, TableInput};

use super::super::answer::Answer;
use super::super::error::DdlError;
use super::super::statement::{AlterTable, ColumnDefinition, ColumnPlace, TableChange};
use super::create_table::{DDL_TIME, column};
use super::{Found, Outcome, Run, is_view, partitions, shown};

pub(super) fn alter(run: &Run<'_>, alter: &AlterTable) -> Outcome {
    if let TableChange::DropColumn(at) = alter.action {
        // Before anything is looked up.
        return Err(no_drop_column(at));
    }
    let name = format!("{}.{}", run.database_of(&alter.table)?, alter.table.name);
    let mut found = run.find_named(&alter.table, &name)?;
    if is_view(&found.input) {
        let message =
            format!("To alter a view you need to use the ALTER VIEW command: {}", shown(&alter.table));
        return Err(DdlError::semantic(10131, message));
    }
    match &alter.action {
        TableChange::AddPartitions { if_not_exists, partitions } => {
            partitions::add(run, &found, *if_not_exists, partitions)
        }
        TableChange::DropPartitions { if_exists, partitions } => {
            partitions::drop(run, &found, *if_exists, partitions)
        }
        TableChange::RenamePartition { from, to } => partitions::rename(run, &found, from, to),
        TableChange::SetLocation { partition: Some(spec), location } => {
            partitions::set_location(run, &found, spec, location)
        }
        TableChange::SetLocation { partition: None, location } => {
            let descriptor = found.input.storage_descriptor.get_or_insert_default();
            descriptor.location = Some(location.clone());
            update(run, found)
        }
        TableChange::SetProperties(properties) => {
            found.input.parameters.get_or_insert_default().extend(properties.iter().cloned());
            update(run, found)
        }
        TableChange::AddColumns(columns) => {
            add_columns(&mut found.input, columns)?;
            update(run, found)
        }
        TableChange::ReplaceColumns(columns) => {
            columns_of(&mut found.input).clear();
            add_columns(&mut found.input, columns)?;
            update(run, found)
        }
        TableChange::ChangeColumn { name, column, place } => {
            change_column(&mut found.input, name, column, place.as_ref())?;
            update(run, found)
        }
        TableChange::Rename(_) => {
            let message = "Unable to alter table. Table cannot be renamed \
                           (Service: AmazonDataCatalog; Status Code: 400; Error Code: InvalidInputException)";
            Err(DdlError::execution(message))
        }
        TableChange::DropColumn(at) => Err(no_drop_column(*at)),
    }
}

/// Athena lets it through, and Hive, which does without it, does not.
fn no_drop_column(at: usize) -> DdlError {
    DdlError::parse(format_args!(
        "line 1:{at} mismatched input 'COLUMN' expecting PARTITION near 'DROP' in drop partition statement"
    ))
}

/// Tells the catalog, and when.
fn update(run: &Run<'_>, mut found: Found) -> Outcome {
    let now = run.context.now.as_secs().to_string();
    found.input.parameters.get_or_insert_default().insert(DDL_TIME.to_owned(), now);
    run.catalog.update_table(&found.database, found.input)?;
    Ok(Answer::done())
}

fn columns_of(table: &mut TableInput) -> &mut Vec<Column> {
    table.storage_descriptor.get_or_insert_default().columns.get_or_insert_default()
}

fn named(columns: &[Column], name: &str) -> Option<usize> {
    columns.iter().position(|column| column.name.as_deref().is_some_and(|n| n.eq_ignore_ascii_case(name)))
}

fn check_new(table: &mut TableInput, name: &str) -> Result<(), DdlError> {
    if named(table.partition_keys.as_deref().unwrap_or_default(), name).is_some() {
        return Err(DdlError::semantic(10035, "Column repeated in partitioning columns"));
    }
    if named(columns_of(table), name).is_some() {
        return Err(DdlError::execution(format_args!("Duplicate column name: {name}")));
    }
    Ok(())
}

fn add_columns(table: &mut TableInput, columns: &[ColumnDefinition]) -> Result<(), DdlError> {
    for added in columns {
        check_new(table, &added.name)?;
        columns_of(table).push(column(added));
    }
    Ok(())
}

fn change_column(
    table: &mut TableInput,
    name: &str,
    changed: &ColumnDefinition,
    place: Option<&ColumnPlace>,
) -> Result<(), DdlError> {
    let missing = |name: &str| DdlError::execution(format_args!("Invalid column reference {name}"));
    let at = named(columns_of(table), name).ok_or_else(|| missing(name))?;
    if changed.name != name {
        check_new(table, &changed.name)?;
    }
    let columns = columns_of(table);
    let before = columns.remove(at);
    let mut after = column(changed);
    // Without a comment of its own it keeps the one it has.
    after.comment = after.comment.or(before.comment);
    after.parameters = before.parameters;
    let to = match place {
        None => at,
        Some(ColumnPlace::First) => 0,
        Some(ColumnPlace::After(other)) => named(columns, other).ok_or_else(|| missing(other))? + 1,
    };
    columns.insert(to, after);
    Ok(())
}
