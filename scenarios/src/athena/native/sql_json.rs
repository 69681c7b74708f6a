//! `json_exists`, `json_value` and `json_query`.
//!
//! Options come as words with a blank between them, in the order of [`super::super::sql_json`].
//!
//! Source: Trino's `JsonExistsFunction`, `JsonValueFunction`, `JsonQueryFunction`.

use super::registrar::Registrar;

use super::column::{Bool, Text, Texts, function1, function3, function4};
use super::json_cast::scalar_as;
use super::json_text::{Json, Reader};
use super::sql_path::SqlPath;
use super::{Answer, Failure};

pub(super) fn register(c: &Registrar<'_>) -> duckdb::Result<()> {
    function1::<Text, Text>(c, "wt_json_document", |text| match Reader::new(text).value() {
        Ok(json) => Ok(Some(json.text())),
        Err(_) => Err(Failure::named("JSON_INPUT_CONVERSION_ERROR", "conversion to JSON failed: ")),
    })?;
    function3::<Text, Text, Text, Bool>(c, "wt_json_exists", exists)?;
    function4::<Text, Text, Text, Texts, Text>(c, "wt_json_value", value)?;
    function3::<Text, Text, Text, Text>(c, "wt_json_query", query)
}

/// The items that a path leads to; the inner failure is one that the query may want to bear.
fn items(text: &str, path: &str, function: &str) -> Result<Result<Vec<Json>, Failure>, Failure> {
    let path = SqlPath::parse(path)
        .map_err(|reason| Failure::named("INVALID_PATH", format!("invalid JSON path: {reason}")))?;
    // What stands behind the document is not read.
    let Ok(document) = Reader::new(text).value() else {
        let message = format!("conversion to JSON failed: malformed input argument to {function} function");
        return Ok(Err(Failure::named("JSON_INPUT_CONVERSION_ERROR", message)));
    };
    let failed =
        |reason| Failure::named("PATH_EVALUATION_ERROR", format!("path evaluation failed: {reason}"));
    Ok(path.items(&document).map_err(failed))
}

fn exists(text: &str, path: &str, on_error: &str) -> Answer<bool> {
    match items(text, path, "JSON_EXISTS")? {
        Ok(items) => Ok(Some(!items.is_empty())),
        Err(failure) => match on_error {
            "true" => Ok(Some(true)),
            "false" => Ok(Some(false)),
            "unknown" => Ok(None),
            _ => Err(failure),
        },
    }
}

/// A scalar: as text where it is to be a varchar, else as JSON. `defaults` are for nothing found, and for an error.
fn value(text: &str, path: &str, options: &str, defaults: Vec<Option<&str>>) -> Answer<String> {
    let mut options = options.split(' ');
    let (ty, on_empty, on_error) = (options.next(), options.next(), options.next());
    let refused = |reason: &str| {
        Failure::named("JSON_VALUE_RESULT_ERROR", format!("cannot extract SQL scalar from JSON: {reason}"))
    };
    let bear = |on: Option<&str>, at: usize, failure| match on {
        Some("null") => Ok(None),
        Some("default") => Ok(defaults.get(at).copied().flatten().map(str::to_owned)),
        _ => Err(failure),
    };
    let items = match items(text, path, "JSON_VALUE")? {
        Ok(items) => items,
        Err(failure) => return bear(on_error, 1, failure),
    };
    let item = match items.as_slice() {
        [] => return bear(on_empty, 0, refused("JSON path found no items")),
        [Json::Null] => return Ok(None),
        [item] if item.is_scalar() => item,
        [_] => {
            let reason = "JSON path found an item that cannot be converted to an SQL value";
            return bear(on_error, 1, refused(reason));
        }
        _ => return bear(on_error, 1, refused("JSON path found multiple items")),
    };
    match scalar_as(item, ty.unwrap_or_default()) {
        Ok(text) => Ok(text),
        Err(_) => {
            bear(on_error, 1, refused("Cannot cast value to declared return type of function JSON_VALUE"))
        }
    }
}

fn query(text: &str, path: &str, options: &str) -> Answer<String> {
    let mut options = options.split(' ');
    let (wrapper, quotes) = (options.next(), options.next());
    let (on_empty, on_error) = (options.next(), options.next());
    let refused = |reason: &str| {
        let message = format!("conversion from JSON failed: {reason}");
        Failure::named("JSON_OUTPUT_CONVERSION_ERROR", message)
    };
    let bear = |on: Option<&str>, failure| match on {
        Some("null") => Ok(None),
        Some("array") => Ok(Some("[]".to_owned())),
        Some("object") => Ok(Some("{}".to_owned())),
        _ => Err(failure),
    };
    let items = match items(text, path, "JSON_QUERY")? {
        Ok(items) => items,
        Err(failure) => return bear(on_error, failure),
    };
    if items.is_empty() {
        return bear(on_empty, refused("JSON path found no items"));
    }
    let is_wrapped = match wrapper {
        Some("unconditional") => true,
        Some("conditional") => items.len() != 1 || items[0].is_scalar(),
        _ => false,
    };
    let items = if is_wrapped { vec![Json::List(items)] } else { items };
    match items.as_slice() {
        [Json::Text(text)] if quotes == Some("omit") => Ok(Some(text.clone())),
        [item] => Ok(Some(item.text())),
        _ => bear(on_error, refused("JSON path found multiple items")),
    }
}
