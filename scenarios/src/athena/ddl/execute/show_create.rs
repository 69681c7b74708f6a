//! `SHOW CREATE TABLE`: the statement that makes the table, in Hive's layout. Blanks at the ends of lines are Hive's.
//! Source: <https://docs.aws.amazon.com/athena/latest/ug/show-create-table.html>; Hive's `DDLTask.showCreateTable`.

use std::collections::BTreeMap;

use wavetank_emulator::glue::{Column, SerDeInfo, StorageDescriptor, TableInput};

use super::super::answer::Answer;
use super::super::error::DdlError;
use super::super::statement::TableName;
use super::super::storage_format::{
    DEFAULT_SERIALIZATION, LAZY_SIMPLE, PRINTED_DELIMITERS, SERIALIZATION_FORMAT,
};
use super::super::text::{backquoted, quoted};
use super::create_table::{COMMENT, EXTERNAL};
use super::describe::default_comment;
use super::{Outcome, Run, is_view, shown};

pub(super) fn table(run: &Run<'_>, table: &TableName) -> Outcome {
    let found = run.find(table)?;
    if is_view(&found.input) {
        let message = format!("{} is a view, use SHOW CREATE VIEW", shown(table));
        return Err(DdlError::execution(message));
    }
    let text = statement(&shown(table), &found.input);
    let lines = text.split('\n').map(str::to_owned).collect();
    Ok(Answer::of(&["createtab_stmt"], lines).uncounted())
}

/// The statement that makes a table, under the name given.
pub(super) fn statement(name: &str, table: &TableInput) -> String {
    let default = StorageDescriptor::default();
    let descriptor = table.storage_descriptor.as_ref().unwrap_or(&default);
    let parameters = table.parameters.clone().unwrap_or_default();
    let own = descriptor.columns.as_deref().unwrap_or_default();
    let mut text =
        format!("CREATE EXTERNAL TABLE {}(\n{})\n", backquoted(name), columns(own, default_comment(table)));
    if let Some(comment) = parameters.get(COMMENT) {
        text.push_str(&format!("COMMENT {}\n", quoted(comment)));
    }
    let keys = table.partition_keys.as_deref().unwrap_or_default();
    if !keys.is_empty() {
        text.push_str(&format!("PARTITIONED BY ( \n{})\n", columns(keys, None)));
    }
    let buckets = descriptor.bucket_columns.as_deref().unwrap_or_default();
    if !buckets.is_empty() {
        text.push_str(&clustered(buckets, descriptor.number_of_buckets.unwrap_or_default()));
    }
    text.push_str(&row_format(descriptor.serde_info.as_ref()));
    let class = |class: &Option<String>| quoted(class.as_deref().unwrap_or_default());
    text.push_str(&format!(
        "STORED AS INPUTFORMAT \n  {} \nOUTPUTFORMAT \n  {}\nLOCATION\n  {}\nTBLPROPERTIES (\n{})",
        class(&descriptor.input_format),
        class(&descriptor.output_format),
        class(&descriptor.location),
        properties(parameters.iter().filter(|(name, _)| ![EXTERNAL, COMMENT].contains(&name.as_str()))),
    ));
    text
}

fn columns(columns: &[Column], default_comment: Option<&str>) -> String {
    let column = |column: &Column| {
        let name = backquoted(column.name.as_deref().unwrap_or_default());
        let column_type = column.r#type.as_deref().unwrap_or_default();
        match column.comment.as_deref().or(default_comment) {
            Some(comment) => format!("  {name} {column_type} COMMENT {}", quoted(comment)),
            None => format!("  {name} {column_type}"),
        }
    };
    columns.iter().map(column).collect::<Vec<_>>().join(", \n")
}

fn clustered(columns: &[String], buckets: i32) -> String {
    let columns: Vec<_> = columns.iter().map(|column| format!("  {}", backquoted(column))).collect();
    format!("CLUSTERED BY ( \n{}) \nINTO {buckets} BUCKETS\n", columns.join(", \n"))
}

/// Delimiters are printed as such where they are all that there is to say.
fn row_format(serde: Option<&SerDeInfo>) -> String {
    let library = serde.and_then(|serde| serde.serialization_library.as_deref()).unwrap_or_default();
    let mut parameters = serde.and_then(|serde| serde.parameters.clone()).unwrap_or_default();
    if library == LAZY_SIMPLE
        && let Some(text) = delimited(&parameters)
    {
        return text;
    }
    if parameters.get(SERIALIZATION_FORMAT).is_some_and(|format| format == DEFAULT_SERIALIZATION) {
        parameters.remove(SERIALIZATION_FORMAT);
    }
    let text = format!("ROW FORMAT SERDE \n  {} \n", quoted(library));
    match parameters.is_empty() {
        true => text,
        false => format!("{text}WITH SERDEPROPERTIES ( \n{}) \n", properties(parameters.iter())),
    }
}

fn delimited(parameters: &BTreeMap<String, String>) -> Option<String> {
    let format = parameters.get(SERIALIZATION_FORMAT).map(String::as_str);
    let fields = parameters.get("field.delim").map(String::as_str);
    let printed = |name: &String| {
        name == SERIALIZATION_FORMAT || PRINTED_DELIMITERS.iter().any(|(printed, _)| name == printed)
    };
    let says_all = parameters.keys().all(printed) && format == fields.or(Some(DEFAULT_SERIALIZATION));
    if !says_all || parameters.len() < 2 {
        return None;
    }
    let mut text = "ROW FORMAT DELIMITED \n".to_owned();
    for (name, clause) in PRINTED_DELIMITERS {
        if let Some(value) = parameters.get(name) {
            text.push_str(&format!("  {clause} TERMINATED BY {} \n", quoted(value)));
        }
    }
    Some(text)
}

fn properties<'a>(properties: impl Iterator<Item = (&'a String, &'a String)>) -> String {
    let lines = properties.map(|(name, value)| format!("  {}={}", quoted(name), quoted(value)));
    lines.collect::<Vec<_>>().join(", \n")
}
