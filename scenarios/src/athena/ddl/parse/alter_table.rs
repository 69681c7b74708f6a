//! `ALTER TABLE`.
//! Source: <https://docs.aws.amazon.com/athena/latest/ug/alter-table-add-columns.html>, and the pages on the others.

use super::super::cursor::{Cursor, Parsed};
use super::super::statement::{AlterTable, ColumnPlace, NewPartition, Statement, TableChange};
use super::create_table::{columns, definition};
use super::properties::{partition_conditions, partition_spec, properties};

pub(super) fn alter(cursor: &mut Cursor<'_>) -> Parsed<Statement> {
    if cursor.keyword("IF") {
        return Err(cursor.no_alternative());
    }
    let table = cursor.table_name()?;
    let action = action(cursor)?;
    Ok(Statement::AlterTable(AlterTable { table, action }))
}

fn action(cursor: &mut Cursor<'_>) -> Parsed<TableChange> {
    if cursor.peek().is("PARTITION") {
        return partition(cursor);
    }
    if cursor.peek().is("EXECUTE") {
        return Err(cursor.no_alternative());
    }
    match cursor.one_of(&["ADD", "DROP", "RENAME", "SET", "REPLACE", "CHANGE"])? {
        "ADD" => add(cursor),
        "DROP" => drop(cursor),
        "RENAME" => rename(cursor),
        "SET" => set(cursor),
        "REPLACE" => {
            cursor.expect(&["COLUMNS"])?;
            columns(cursor).map(TableChange::ReplaceColumns)
        }
        _ => change(cursor),
    }
}

fn add(cursor: &mut Cursor<'_>) -> Parsed<TableChange> {
    if cursor.keyword("COLUMNS") {
        return columns(cursor).map(TableChange::AddColumns);
    }
    if cursor.peek().is("COLUMN") {
        // Trino's singular.
        return Err(cursor.no_alternative());
    }
    let if_not_exists = cursor.keywords(&["IF", "NOT", "EXISTS"]);
    let mut partitions = vec![new_partition(cursor)?];
    while cursor.peek().is("PARTITION") {
        partitions.push(new_partition(cursor)?);
    }
    Ok(TableChange::AddPartitions { if_not_exists, partitions })
}

fn new_partition(cursor: &mut Cursor<'_>) -> Parsed<NewPartition> {
    let spec = partition_spec(cursor)?;
    let location = cursor.keyword("LOCATION").then(|| cursor.text()).transpose()?;
    Ok(NewPartition { spec, location })
}

fn drop(cursor: &mut Cursor<'_>) -> Parsed<TableChange> {
    if cursor.peek().is("COLUMNS") {
        return Err(cursor.expecting(&[".", "DROP"]));
    }
    let column = cursor.peek();
    if cursor.keyword("COLUMN") {
        cursor.name()?;
        return Ok(TableChange::DropColumn(column.start));
    }
    let if_exists = cursor.keywords(&["IF", "EXISTS"]);
    let partitions = cursor.list(partition_conditions)?;
    cursor.keyword("PURGE");
    Ok(TableChange::DropPartitions { if_exists, partitions })
}

fn rename(cursor: &mut Cursor<'_>) -> Parsed<TableChange> {
    if !cursor.keyword("TO") {
        let found = cursor.peek().shown();
        return Err(cursor.placed(&format!("missing 'TO' at '{found}'")));
    }
    cursor.table_name().map(TableChange::Rename)
}

fn set(cursor: &mut Cursor<'_>) -> Parsed<TableChange> {
    if cursor.keyword("TBLPROPERTIES") {
        return properties(cursor).map(TableChange::SetProperties);
    }
    if cursor.keyword("LOCATION") {
        return Ok(TableChange::SetLocation { partition: None, location: cursor.text()? });
    }
    Err(cursor.no_alternative())
}

fn change(cursor: &mut Cursor<'_>) -> Parsed<TableChange> {
    cursor.keyword("COLUMN");
    let name = cursor.name()?;
    let column = definition(cursor)?;
    let place = place(cursor)?;
    // Says where new files have the column; there are none of these.
    let _ = cursor.keyword("CASCADE") || cursor.keyword("RESTRICT");
    Ok(TableChange::ChangeColumn { name, column, place })
}

fn place(cursor: &mut Cursor<'_>) -> Parsed<Option<ColumnPlace>> {
    if cursor.keyword("FIRST") {
        return Ok(Some(ColumnPlace::First));
    }
    if cursor.keyword("AFTER") {
        return Ok(Some(ColumnPlace::After(cursor.name()?)));
    }
    Ok(None)
}

/// Behind `PARTITION (…)`.
fn partition(cursor: &mut Cursor<'_>) -> Parsed<TableChange> {
    let spec = partition_spec(cursor)?;
    if cursor.keywords(&["RENAME", "TO"]) {
        return Ok(TableChange::RenamePartition { from: spec, to: partition_spec(cursor)? });
    }
    cursor.expect(&["SET", "LOCATION"])?;
    Ok(TableChange::SetLocation { partition: Some(spec), location: cursor.text()? })
}
