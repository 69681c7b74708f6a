//! `SHOW` and `DESCRIBE`.
//! Source: <https://docs.aws.amazon.com/athena/latest/ug/show-tables.html>, and the pages on the others.

use super::super::cursor::{Cursor, Parsed};
use super::super::statement::{Describe, Detail, ShowTables, Statement, TableName};
use super::super::token::{Dialect, Kind};
use super::NOT_SUPPORTED;
use super::properties::partition_spec;

const SUBJECTS: [&str; 8] =
    ["COLUMNS", "CREATE", "DATABASES", "PARTITIONS", "SCHEMAS", "TABLES", "TBLPROPERTIES", "VIEWS"];

pub(super) fn show(cursor: &mut Cursor<'_>) -> Parsed<Statement> {
    match cursor.one_of(&SUBJECTS)? {
        "DATABASES" | "SCHEMAS" => pattern(cursor).map(Statement::ShowDatabases),
        "TABLES" => tables(cursor).map(Statement::ShowTables),
        "VIEWS" => tables(cursor).map(Statement::ShowViews),
        "PARTITIONS" => cursor.table_name().map(Statement::ShowPartitions),
        "COLUMNS" => columns(cursor),
        "TBLPROPERTIES" => properties(cursor),
        _ => create(cursor),
    }
}

fn in_or_from(cursor: &mut Cursor<'_>) -> bool {
    cursor.keyword("IN") || cursor.keyword("FROM")
}

/// `[LIKE] 'pattern'`.
fn pattern(cursor: &mut Cursor<'_>) -> Parsed<Option<String>> {
    if cursor.keyword("LIKE") || matches!(cursor.peek().kind, Kind::Text | Kind::DoubleQuoted) {
        return cursor.text().map(Some);
    }
    Ok(None)
}

fn tables(cursor: &mut Cursor<'_>) -> Parsed<ShowTables> {
    let database = in_or_from(cursor).then(|| cursor.database_name()).transpose()?;
    Ok(ShowTables { database, pattern: pattern(cursor)? })
}

/// `FROM table [FROM database]`.
fn columns(cursor: &mut Cursor<'_>) -> Parsed<Statement> {
    cursor.one_of(&["FROM", "IN"])?;
    let mut table = shown_table(cursor)?;
    if in_or_from(cursor) {
        table.database = Some(cursor.database_name()?);
    }
    Ok(Statement::ShowColumns(table))
}

/// A table, or a view, which may be in double quotes.
fn shown_table(cursor: &mut Cursor<'_>) -> Parsed<TableName> {
    if cursor.peek().kind == Kind::DoubleQuoted {
        cursor.dialect = Dialect::Trino;
    }
    let table = cursor.table_name();
    cursor.dialect = Dialect::Hive;
    table
}

fn properties(cursor: &mut Cursor<'_>) -> Parsed<Statement> {
    let table = cursor.table_name()?;
    if !cursor.sign("(") {
        return Ok(Statement::ShowTableProperties(table, None));
    }
    let name = cursor.text()?;
    cursor.expect_sign(")")?;
    Ok(Statement::ShowTableProperties(table, Some(name)))
}

fn create(cursor: &mut Cursor<'_>) -> Parsed<Statement> {
    if cursor.one_of(&["TABLE", "VIEW"])? == "VIEW" {
        cursor.dialect = Dialect::Trino;
        return cursor.table_name().map(Statement::ShowCreateView);
    }
    if cursor.peek().kind == Kind::DoubleQuoted {
        return Err(cursor.refused(NOT_SUPPORTED));
    }
    cursor.table_name().map(Statement::ShowCreateTable)
}

pub(super) fn describe(cursor: &mut Cursor<'_>) -> Parsed<Statement> {
    if cursor.keyword("DATABASE") || cursor.keyword("SCHEMA") {
        cursor.keyword("EXTENDED");
        return cursor.database_name().map(Statement::DescribeDatabase);
    }
    let detail = if cursor.keyword("EXTENDED") {
        Detail::Extended
    } else if cursor.keyword("FORMATTED") {
        Detail::Formatted
    } else {
        Detail::Plain
    };
    let table = shown_table(cursor)?;
    let partition = cursor.peek().is("PARTITION").then(|| partition_spec(cursor)).transpose()?;
    let mut column = Vec::new();
    if !cursor.at_end() {
        column.push(cursor.name()?);
        while cursor.sign(".") {
            column.push(cursor.name()?);
        }
    }
    Ok(Statement::Describe(Describe { table, detail, partition, column }))
}
