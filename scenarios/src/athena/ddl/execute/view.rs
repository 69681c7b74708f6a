//! Views, as Athena keeps them in the catalog: a document in a comment.
//! Source: <https://docs.aws.amazon.com/athena/latest/ug/create-view.html>; Trino's `ViewReaderUtil`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use wavetank_emulator::base64;
use wavetank_emulator::glue::{Column, SerDeInfo, StorageDescriptor, TableInput};

use super::super::answer::Answer;
use super::super::cursor::OWN_CATALOG;
use super::super::error::DdlError;
use super::super::statement::{CreateView, Drop, TableName};
use super::create_table::COMMENT;
use super::{Outcome, Run, is_view, shown};

/// The type of views in the catalog.
pub(super) const VIRTUAL_VIEW: &str = "VIRTUAL_VIEW";

const PREFIX: &str = "/* Presto View: ";
const SUFFIX: &str = " */";
const EXPANDED: &str = "/* Presto View */";

const TABLE_NOT_FOUND: i32 = 1301;
const ALREADY_EXISTS: i32 = 1100;

/// A column of a view: its name, and its type as Trino writes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ViewColumn {
    /// Its name.
    pub name: String,
    /// Such as `varchar(1)` or `array(integer)`.
    #[serde(rename = "type")]
    pub type_name: String,
}

/// What stands in the comment, in base64.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Document {
    original_sql: String,
    catalog: String,
    schema: String,
    columns: Vec<ViewColumn>,
}

pub(super) fn create(run: &Run<'_>, create: &CreateView) -> Outcome {
    let database = run.database_of(&create.view)?;
    run.must_exist(&database)?;
    let before = run.look_up(&create.view)?;
    let table = described(create, &database, run.context.view_columns)?;
    match before {
        None => {
            run.catalog.create_table(&database, table)?;
        }
        Some(before) if is_view(&before.input) && create.or_replace => {
            run.catalog.update_table(&database, table)?;
        }
        Some(before) => {
            let kind = if is_view(&before.input) { "View" } else { "Table" };
            let message =
                format!("ALREADY_EXISTS: line 1:1: {kind} already exists: '{}'", full(run, &create.view)?);
            return Err(DdlError::trino(ALREADY_EXISTS, message));
        }
    }
    Ok(Answer::done())
}

fn described(create: &CreateView, database: &str, columns: &[ViewColumn]) -> Result<TableInput, DdlError> {
    let document = Document {
        original_sql: create.query.text.clone(),
        catalog: OWN_CATALOG.to_owned(),
        schema: database.to_owned(),
        columns: columns.to_vec(),
    };
    let json = serde_json::to_vec(&document).map_err(|error| DdlError::execution(error.to_string()))?;
    let comment = create.comment.clone().unwrap_or_else(|| "Presto View".to_owned());
    let parameters = [(COMMENT.to_owned(), comment), ("presto_view".to_owned(), "true".to_owned())];
    Ok(TableInput {
        name: Some(create.view.name.clone()),
        storage_descriptor: Some(StorageDescriptor {
            columns: Some(columns.iter().map(hive_column).collect()),
            location: Some(String::new()),
            serde_info: Some(SerDeInfo::default()),
            ..StorageDescriptor::default()
        }),
        partition_keys: Some(Vec::new()),
        view_original_text: Some(format!("{PREFIX}{}{SUFFIX}", base64::encode(&json))),
        view_expanded_text: Some(EXPANDED.to_owned()),
        table_type: Some(VIRTUAL_VIEW.to_owned()),
        parameters: Some(BTreeMap::from(parameters)),
        ..TableInput::default()
    })
}

fn hive_column(column: &ViewColumn) -> Column {
    Column::new(&column.name, hive_type(&column.type_name))
}

/// Trino's type in Hive's words.
fn hive_type(trino: &str) -> String {
    let trino = trino.trim();
    let (base, inside) = match trino.split_once('(') {
        Some((base, rest)) => (base.trim(), rest.rsplit_once(')').map_or(rest, |(inside, _)| inside)),
        None => (trino, ""),
    };
    let parts = || parts(inside).into_iter();
    let types = || parts().map(hive_type).collect::<Vec<_>>().join(",");
    match base.to_ascii_lowercase().as_str() {
        "integer" => "int".to_owned(),
        "real" => "float".to_owned(),
        "varbinary" => "binary".to_owned(),
        "varchar" if inside.is_empty() => "string".to_owned(),
        "timestamp" => "timestamp".to_owned(),
        "array" => format!("array<{}>", types()),
        "map" => format!("map<{}>", types()),
        "row" => {
            let fields = parts().enumerate().map(|(at, field)| match field.split_once(' ') {
                Some((name, field)) => format!("{}:{}", name.trim_matches('"'), hive_type(field)),
                None => format!("field{at}:{}", hive_type(field)),
            });
            format!("struct<{}>", fields.collect::<Vec<_>>().join(","))
        }
        "boolean" | "tinyint" | "smallint" | "bigint" | "double" | "date" | "decimal" | "char"
        | "varchar" => trino.to_ascii_lowercase().replace(' ', ""),
        // Hive has no word for the rest, such as `json` and `time`.
        _ => "string".to_owned(),
    }
}

/// What stands between the commas that are in no parentheses.
fn parts(inside: &str) -> Vec<&str> {
    let (mut parts, mut depth, mut start) = (Vec::new(), 0, 0);
    for (at, c) in inside.char_indices() {
        depth += i32::from(c == '(') - i32::from(c == ')');
        if c == ',' && depth == 0 {
            parts.push(inside[start..at].trim());
            start = at + 1;
        }
    }
    parts.push(inside[start..].trim());
    parts
}

fn document(table: &TableInput) -> Option<Document> {
    let text = table.view_original_text.as_deref()?;
    let encoded = text.strip_prefix(PREFIX)?.strip_suffix(SUFFIX)?;
    serde_json::from_slice(&base64::decode(encoded).ok()?).ok()
}

/// Names and types of a view's columns; in Hive's words where a view was not made by Athena.
pub(super) fn columns_of(table: &TableInput) -> impl Iterator<Item = (String, String)> {
    let columns = match document(table) {
        Some(document) => {
            document.columns.into_iter().map(|column| (column.name, column.type_name)).collect()
        }
        None => {
            let columns = table.storage_descriptor.iter().flat_map(|d| d.columns.iter().flatten());
            let pair =
                |c: &Column| (c.name.clone().unwrap_or_default(), c.r#type.clone().unwrap_or_default());
            columns.map(pair).collect::<Vec<_>>()
        }
    };
    columns.into_iter()
}

pub(super) fn drop(run: &Run<'_>, drop: &Drop) -> Outcome {
    let name = full(run, &drop.table)?;
    match run.look_up(&drop.table)? {
        Some(found) if is_view(&found.input) => {
            run.catalog.delete_table(&found.database, &found.name)?;
            Ok(Answer::done())
        }
        Some(_) => {
            let hint = format!("but a table with that name exists. Did you mean DROP TABLE {name}?");
            Err(not_found(&format!("'{name}' does not exist, {hint}")))
        }
        None if drop.if_exists => Ok(Answer::done()),
        None => Err(not_found(&format!("'{name}' does not exist"))),
    }
}

/// The query on lines of its own.
pub(super) fn show_create(run: &Run<'_>, view: &TableName) -> Outcome {
    let found = run.look_up(view)?.filter(|found| is_view(&found.input));
    let Some(found) = found else {
        return Err(not_found(&format!("'{}' does not exist", full(run, view)?)));
    };
    let query = document(&found.input).map(|document| document.original_sql);
    let query = query.or(found.input.view_original_text).unwrap_or_default();
    let text = format!(
        "CREATE VIEW {}.{} AS \n{query}",
        found.database,
        shown(&TableName { database: None, ..view.clone() })
    );
    Ok(Answer::varchar(&["create view"], text.split('\n').map(str::to_owned).collect()))
}

fn full(run: &Run<'_>, view: &TableName) -> Result<String, DdlError> {
    Ok(format!("{OWN_CATALOG}.{}.{}", run.database_of(view)?, view.name))
}

fn not_found(what: &str) -> DdlError {
    DdlError::trino(TABLE_NOT_FOUND, format!("TABLE_NOT_FOUND: line 1:1: View {what}"))
}

/// The query of a view, and the database that names without one mean in it; `None` for what is no view of Athena's.
pub fn view_query(table: &TableInput) -> Option<(String, String)> {
    let document = document(table)?;
    Some((document.original_sql, document.schema))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_of_trino_have_names_in_hive() {
        for (trino, hive) in [
            ("integer", "int"),
            ("varchar", "string"),
            ("varchar(1)", "varchar(1)"),
            ("decimal(10, 2)", "decimal(10,2)"),
            ("timestamp(3)", "timestamp"),
            ("timestamp(3) with time zone", "timestamp"),
            ("array(map(varchar, real))", "array<map<string,float>>"),
            ("row(\"a\" integer, b row(c varbinary))", "struct<a:int,b:struct<c:binary>>"),
            ("json", "string"),
        ] {
            assert_eq!(hive_type(trino), hive, "{trino}");
        }
    }
}
