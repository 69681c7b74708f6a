//! `DESCRIBE` and `SHOW COLUMNS`: padded to 20 characters for tables, bare for views.
//! Source: <https://docs.aws.amazon.com/athena/latest/ug/describe-table.html>; Hive's `MetaDataFormatUtils`.

use wavetank_emulator::glue::{Column, TableInput};

use super::super::answer::Answer;
use super::super::error::DdlError;
use super::super::statement::{Describe, Detail, TableName};
use super::super::storage_format::comment_from;
use super::super::text::padded;
use super::{Found, Outcome, Run, is_view, partitions, view};

const COLUMNS: [&str; 3] = ["col_name", "data_type", "comment"];
const BLANK: &str = "\t \t ";

/// Names of columns, and of partition keys behind them.
pub(super) fn columns(run: &Run<'_>, table: &TableName) -> Outcome {
    let found = run.find_named(table, &table.name)?;
    if is_view(&found.input) {
        return Ok(of_view(&found.input));
    }
    let names = all(&found.input).filter_map(|column| column.name.as_deref());
    Ok(Answer::of(&["field"], names.map(padded).collect()))
}

pub(super) fn describe(run: &Run<'_>, describe: &Describe) -> Outcome {
    let found = run.find_named(&describe.table, &describe.table.name)?;
    if let Some(spec) = &describe.partition {
        partitions::existing(run, &found, spec)?;
    }
    if let [column, fields @ ..] = describe.column.as_slice() {
        return describe_column(&found, column, fields);
    }
    let lines = match describe.detail {
        Detail::Plain if is_view(&found.input) => return Ok(of_view(&found.input)),
        Detail::Plain => plain(&found.input),
        Detail::Extended => extended(&found),
        Detail::Formatted => formatted(&found),
    };
    Ok(Answer::of(&COLUMNS, lines).uncounted())
}

fn of_view(table: &TableInput) -> Answer {
    Answer::varchar(&["column", "type"], view::columns_of(table).map(|(n, t)| format!("{n}\t{t}")).collect())
}

fn own(table: &TableInput) -> impl Iterator<Item = &Column> {
    table.storage_descriptor.iter().flat_map(|descriptor| descriptor.columns.iter().flatten())
}

fn keys(table: &TableInput) -> impl Iterator<Item = &Column> {
    table.partition_keys.iter().flatten()
}

fn all(table: &TableInput) -> impl Iterator<Item = &Column> {
    own(table).chain(keys(table))
}

/// What is shown for a column without a comment.
pub(super) fn default_comment(table: &TableInput) -> Option<&'static str> {
    let serde = table.storage_descriptor.as_ref()?.serde_info.as_ref()?;
    comment_from(serde.serialization_library.as_deref()?)
}

fn line(column: &Column, default_comment: Option<&str>) -> String {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let comment = column.comment.as_deref().or(default_comment).unwrap_or_default();
    fields(&[&text(&column.name), &text(&column.r#type), comment])
}

/// A tab in a comment ends it.
fn fields(fields: &[&str; 3]) -> String {
    let [name, column_type, comment] = fields.map(padded);
    format!("{name}\t{column_type}\t{}", comment.split('\t').next().unwrap_or_default())
}

fn header() -> String {
    let [name, column_type, comment] = COLUMNS.map(padded);
    format!("# {name}\t{column_type}\t{comment}")
}

fn lines<'a>(columns: impl Iterator<Item = &'a Column>, comment: Option<&'static str>) -> Vec<String> {
    columns.map(|column| line(column, comment)).collect()
}

/// Partition keys come twice: among the columns, and below a title.
fn plain(table: &TableInput) -> Vec<String> {
    let mut all = lines(own(table), default_comment(table));
    all.extend(lines(keys(table), None));
    all.extend(partition_information(table));
    all
}

fn partition_information(table: &TableInput) -> Vec<String> {
    if keys(table).next().is_none() {
        return Vec::new();
    }
    let title = format!("# Partition Information{BLANK}");
    let mut block = vec![BLANK.to_owned(), title, header(), BLANK.to_owned()];
    block.extend(lines(keys(table), None));
    block
}

/// Everything else on one line, as Thrift prints it.
fn extended(found: &Found) -> Vec<String> {
    let mut lines = plain(&found.input);
    let fields = |columns: Vec<&Column>| {
        let field = |column: &Column| {
            let text = |text: &Option<String>| text.clone().unwrap_or_else(|| "null".to_owned());
            let (name, column_type) = (text(&column.name), text(&column.r#type));
            format!("FieldSchema(name:{name}, type:{column_type}, comment:{})", text(&column.comment))
        };
        columns.into_iter().map(field).collect::<Vec<_>>().join(", ")
    };
    let descriptor = format!(
        "StorageDescriptor(cols:[{}], compressed:false, bucketCols:[{}], sortCols:[], parameters:{{}}, \
         storedAsSubDirectories:false)",
        fields(own(&found.input).collect()),
        bucket_columns(&found.input),
    );
    lines.push(BLANK.to_owned());
    lines.push(format!(
        "Detailed Table Information\tTable(tableName:{}, dbName:{}, lastAccessTime:0, retention:0, \
         sd:{descriptor}, partitionKeys:[{}], tableType:{})\t",
        found.name,
        found.database,
        fields(keys(&found.input).collect()),
        found.input.table_type.as_deref().unwrap_or_default(),
    ));
    lines
}

fn bucket_columns(table: &TableInput) -> String {
    let columns = table.storage_descriptor.iter().flat_map(|d| d.bucket_columns.iter().flatten());
    columns.cloned().collect::<Vec<_>>().join(", ")
}

/// Here partition keys are not among the columns.
fn formatted(found: &Found) -> Vec<String> {
    let title = |title: &str| format!("# {title}{BLANK}");
    let fact = |name: &str, value: &str| format!("{}\t{}\t ", padded(name), padded(value));
    let mut all = vec![header(), BLANK.to_owned()];
    all.extend(lines(own(&found.input), default_comment(&found.input)));
    all.extend(partition_information(&found.input));
    all.extend([
        BLANK.to_owned(),
        title("Detailed Table Information"),
        fact("Database:", &found.database),
        fact("LastAccessTime:", "UNKNOWN"),
        fact("Protect Mode:", "None"),
        fact("Retention:", "0"),
        fact("Table Type:", found.input.table_type.as_deref().unwrap_or_default()),
        BLANK.to_owned(),
        title("Storage Information"),
        fact("Compressed:", "No"),
        fact("Bucket Columns:", &format!("[{}]", bucket_columns(&found.input))),
        fact("Sort Columns:", "[]"),
    ]);
    all
}

/// One column, or a field of the structures in it.
fn describe_column(found: &Found, name: &str, fields_below: &[String]) -> Outcome {
    let invalid = || DdlError::semantic(10002, format_args!("Invalid column reference {name}"));
    let column = all(&found.input).find(|column| column.name.as_deref() == Some(name));
    let column = column.ok_or_else(invalid)?;
    let Some(last) = fields_below.last() else {
        let line = line(column, default_comment(&found.input));
        return Ok(Answer::of(&COLUMNS, vec![line]).uncounted());
    };
    let mut column_type = column.r#type.clone().unwrap_or_default();
    for field in fields_below {
        column_type = field_type(&column_type, field).ok_or_else(invalid)?;
    }
    let line = fields(&[last, &column_type, "from deserializer"]);
    Ok(Answer::of(&COLUMNS, vec![line]).uncounted())
}

/// The type of a field of `struct<name:type,…>`.
fn field_type(structure: &str, field: &str) -> Option<String> {
    let inside = structure.strip_prefix("struct<")?.strip_suffix('>')?;
    let (mut depth, mut start) = (0, 0);
    for (at, c) in inside.char_indices().chain([(inside.len(), ',')]) {
        depth += i32::from(c == '<' || c == '(') - i32::from(c == '>' || c == ')');
        if c == ',' && depth == 0 {
            match inside[start..at].split_once(':') {
                Some((name, column_type)) if name == field => return Some(column_type.to_owned()),
                _ => start = at + 1,
            }
        }
    }
    None
}
