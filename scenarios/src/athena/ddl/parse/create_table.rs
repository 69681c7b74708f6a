//! `CREATE EXTERNAL TABLE`, and `CREATE TABLE` as far as Athena has it.
//! Source: <https://docs.aws.amazon.com/athena/latest/ug/create-table.html>; the order of clauses is Hive's.

use super::super::column_type::ColumnType;
use super::super::cursor::{Cursor, Parsed};
use super::super::statement::{
    ClusteredBy, ColumnDefinition, CreateTable, Delimiters, IcebergOnly, RowFormat, Statement, StoredAs,
    TableName,
};
use super::super::storage_format;
use super::super::token::{Dialect, Kind, content};
use super::properties::properties;
use super::query;

const NO_LOCATION: &str = "No location was specified for table. An S3 location must be specified";

pub(super) fn external(cursor: &mut Cursor<'_>) -> Parsed<Statement> {
    let if_not_exists = cursor.keywords(&["IF", "NOT", "EXISTS"]);
    let table = cursor.table_name()?;
    let create = clauses(cursor, table, if_not_exists)?;
    cursor.end()?;
    match &create.location {
        Some(location) if is_of_s3(location) => Ok(Statement::CreateTable(Box::new(create))),
        _ => Err(cursor.refused(NO_LOCATION)),
    }
}

fn is_of_s3(location: &str) -> bool {
    ["s3://", "s3a://", "s3n://"].iter().any(|scheme| location.starts_with(scheme))
}

/// Behind `CREATE TABLE`: a query's rows, a table of Iceberg, or nothing that Athena has.
pub(super) fn table(cursor: &mut Cursor<'_>) -> Parsed<Statement> {
    let if_not_exists = cursor.keywords(&["IF", "NOT", "EXISTS"]);
    if let Some(statement) = query::create_table_as(cursor, if_not_exists)? {
        return Ok(statement);
    }
    let table = cursor.table_name()?;
    if is_iceberg(*cursor) {
        cursor.rest()?;
        return Ok(Statement::IcebergOnly(IcebergOnly::CreateTable));
    }
    let create = clauses(cursor, table, if_not_exists)?;
    cursor.end()?;
    Err(cursor.refused(match create.location {
        None => NO_LOCATION,
        Some(_) => "External keyword required for table type HIVE",
    }))
}

/// Whether `'table_type'='ICEBERG'` follows somewhere.
fn is_iceberg(mut cursor: Cursor<'_>) -> bool {
    let says = |cursor: &mut Cursor<'_>, word: &str| {
        let token = cursor.take();
        token.kind == Kind::Text && content(&token, Dialect::Hive).eq_ignore_ascii_case(word)
    };
    while !matches!(cursor.peek().kind, Kind::End | Kind::Open) {
        if says(&mut cursor, "table_type") && cursor.sign("=") && says(&mut cursor, "iceberg") {
            return true;
        }
    }
    false
}

fn clauses(cursor: &mut Cursor<'_>, table: TableName, if_not_exists: bool) -> Parsed<CreateTable> {
    let mut create = CreateTable {
        table,
        if_not_exists,
        columns: Vec::new(),
        comment: None,
        partitioned_by: Vec::new(),
        clustered_by: None,
        row_format: None,
        stored_as: None,
        location: None,
        properties: Vec::new(),
    };
    if cursor.peek().is_sign("(") {
        create.columns = columns(cursor)?;
    }
    if cursor.keyword("COMMENT") {
        create.comment = Some(cursor.text()?);
    }
    if cursor.keywords(&["PARTITIONED", "BY"]) {
        create.partitioned_by = columns(cursor)?;
    }
    if cursor.keywords(&["CLUSTERED", "BY"]) {
        create.clustered_by = Some(clustered_by(cursor)?);
    }
    if cursor.keywords(&["ROW", "FORMAT"]) {
        create.row_format = Some(row_format(cursor)?);
    }
    if cursor.keywords(&["STORED", "AS"]) {
        create.stored_as = Some(stored_as(cursor)?);
    }
    if cursor.keyword("LOCATION") {
        create.location = Some(cursor.text()?);
    }
    if cursor.keyword("TBLPROPERTIES") {
        create.properties = properties(cursor)?;
    }
    Ok(create)
}

/// `(name type [COMMENT '…'], …)`.
pub(super) fn columns(cursor: &mut Cursor<'_>) -> Parsed<Vec<ColumnDefinition>> {
    cursor.parenthesised(column)
}

/// A column in a list; what may follow it is not part of it.
fn column(cursor: &mut Cursor<'_>) -> Parsed<ColumnDefinition> {
    let column = definition(cursor)?;
    match cursor.peek().kind {
        // Such as NOT NULL.
        Kind::Word => Err(cursor.no_alternative()),
        _ => Ok(column),
    }
}

/// `name type [COMMENT '…']`.
pub(super) fn definition(cursor: &mut Cursor<'_>) -> Parsed<ColumnDefinition> {
    let name = cursor.name()?;
    let column_type = ColumnType::read(cursor)?;
    let comment = cursor.keyword("COMMENT").then(|| cursor.text()).transpose()?;
    Ok(ColumnDefinition { name, column_type, comment })
}

fn clustered_by(cursor: &mut Cursor<'_>) -> Parsed<ClusteredBy> {
    let columns = cursor.parenthesised(Cursor::name)?;
    cursor.expect(&["INTO"])?;
    let buckets = cursor.number()?;
    cursor.expect(&["BUCKETS"])?;
    Ok(ClusteredBy { columns, buckets })
}

fn row_format(cursor: &mut Cursor<'_>) -> Parsed<RowFormat> {
    if cursor.one_of(&["DELIMITED", "SERDE"])? == "DELIMITED" {
        return delimiters(cursor).map(RowFormat::Delimited);
    }
    let library = cursor.text()?;
    let with = cursor.keywords(&["WITH", "SERDEPROPERTIES"]);
    let properties = if with { properties(cursor)? } else { Vec::new() };
    Ok(RowFormat::SerDe { library, properties })
}

fn delimiters(cursor: &mut Cursor<'_>) -> Parsed<Delimiters> {
    let terminated = |cursor: &mut Cursor<'_>, what: &[&str]| {
        let found = cursor.keywords(&[what, &["TERMINATED", "BY"]].concat());
        found.then(|| cursor.text()).transpose()
    };
    let mut delimiters = Delimiters { fields: terminated(cursor, &["FIELDS"])?, ..Delimiters::default() };
    if cursor.keywords(&["ESCAPED", "BY"]) {
        delimiters.escape = Some(cursor.text()?);
    }
    delimiters.collection_items = terminated(cursor, &["COLLECTION", "ITEMS"])?;
    delimiters.map_keys = terminated(cursor, &["MAP", "KEYS"])?;
    delimiters.lines = terminated(cursor, &["LINES"])?;
    if cursor.keywords(&["NULL", "DEFINED", "AS"]) {
        delimiters.null = Some(cursor.text()?);
    }
    Ok(delimiters)
}

fn stored_as(cursor: &mut Cursor<'_>) -> Parsed<StoredAs> {
    if cursor.keyword("INPUTFORMAT") {
        let input = cursor.text()?;
        cursor.expect(&["OUTPUTFORMAT"])?;
        return Ok(StoredAs::Classes { input, output: cursor.text()? });
    }
    let token = cursor.peek();
    if token.kind != Kind::Word {
        let names: Vec<_> = storage_format::names().chain(["INPUTFORMAT"]).collect();
        return Err(cursor.expecting(&names));
    }
    if storage_format::named(token.text).is_none() {
        let what = format!("Unrecognized file format in STORED AS clause: '{}'", token.text);
        return Err(cursor.refused(format!("FAILED: SemanticException {what}")));
    }
    Ok(StoredAs::Format(cursor.take().text.to_ascii_uppercase()))
}
