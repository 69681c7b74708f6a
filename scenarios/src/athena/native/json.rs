//! Functions on JSON.
//!
//! Source: Trino's `JsonFunctions` and `JsonExtract`.

use super::registrar::Registrar;

use super::super::text_form::real_text;
use super::column::{Bool, Float, Float32, Int, Text, function1, function2};
use super::json_path::{find, steps};
use super::json_text::{Json, Reader, double_json, is_float, quote};
use super::{Answer, Failure};

pub(super) fn register(c: &Registrar<'_>) -> duckdb::Result<()> {
    function1::<Text, Text>(c, "wt_json_parse", parse)?;
    function1::<Text, Text>(c, "wt_json_quote", |text| {
        let mut out = String::new();
        quote(text, &mut out);
        Ok(Some(out))
    })?;
    function1::<Float, Text>(c, "wt_json_number", |value| Ok(Some(double_json(value))))?;
    function1::<Float32, Text>(c, "wt_json_real", |value| {
        Ok(Some(if value.is_finite() { real_text(value) } else { double_json(value.into()) }))
    })?;
    function1::<Text, Bool>(c, "wt_is_json_scalar", |text| match Json::parse(text) {
        Ok(json) => Ok(Some(json.is_scalar())),
        Err(_) => Err(Failure::argument(format!("Invalid JSON value: {text}"))),
    })?;
    function2::<Text, Text, Text>(c, "wt_json_extract", |text, path| {
        Ok(extracted(text, path)?.map(|found| found.text()))
    })?;
    function2::<Text, Text, Text>(c, "wt_json_extract_scalar", |text, path| {
        Ok(extracted(text, path)?.and_then(shown))
    })?;
    function2::<Text, Text, Int>(c, "wt_json_size", |text, path| {
        Ok(extracted(text, path)?.map(|found| size(&found)))
    })?;
    function1::<Text, Int>(c, "wt_json_array_length", |text| {
        Ok(list(text).filter(|list| list.is_whole).map(|list| list.items.len() as i64))
    })?;
    function2::<Text, Int, Text>(c, "wt_json_array_get", |text, index| Ok(element(text, index)))?;
    function2::<Text, Bool, Bool>(c, "wt_json_contains_boolean", |text, wanted| {
        Ok(contains(text, |item| *item == Json::Bool(wanted)))
    })?;
    function2::<Text, Int, Bool>(c, "wt_json_contains_integer", |text, wanted| {
        Ok(contains(text, |item| matches!(item, Json::Number(digits) if digits.parse() == Ok(wanted))))
    })?;
    function2::<Text, Float, Bool>(c, "wt_json_contains_double", |text, wanted| {
        let same =
            |digits: &str| is_float(digits) && digits.parse::<f64>().is_ok_and(|value| value == wanted);
        if !wanted.is_finite() {
            return Ok(Some(false));
        }
        Ok(contains(text, |item| matches!(item, Json::Number(digits) if same(digits))))
    })?;
    function2::<Text, Text, Bool>(c, "wt_json_contains_text", |text, wanted| {
        Ok(contains(text, |item| matches!(item, Json::Text(text) if text == wanted)))
    })
}

fn parse(text: &str) -> Answer<String> {
    match Json::parse(text) {
        Ok(json) => Ok(Some(json.sorted().text())),
        Err(_) => Err(Failure::argument(format!("Cannot convert value to JSON: '{text}'"))),
    }
}

/// What a path leads to; nothing in text that is no JSON.
fn extracted(text: &str, path: &str) -> Result<Option<Json>, Failure> {
    let path = steps(path)?;
    Ok(find(&mut Reader::new(text), &path).ok().flatten())
}

/// A scalar as `json_extract_scalar` shows it.
fn shown(json: Json) -> Option<String> {
    match json {
        Json::Null | Json::List(_) | Json::Object(_) => None,
        Json::Bool(truth) => Some(truth.to_string()),
        Json::Number(text) | Json::Text(text) => Some(text),
    }
}

fn size(json: &Json) -> i64 {
    match json {
        Json::List(items) => items.len() as i64,
        Json::Object(fields) => fields.len() as i64,
        _ => 0,
    }
}

/// The elements of a list, as far as they can be read.
struct List {
    items: Vec<Json>,
    is_whole: bool,
}

fn list(text: &str) -> Option<List> {
    let mut reader = Reader::new(text);
    if reader.peek() != Some('[') {
        return None;
    }
    let mut items = Vec::new();
    let end = reader.items(|reader, _| {
        items.push(reader.value()?);
        Ok(true)
    });
    Some(List { items, is_whole: end.is_ok() })
}

/// Null when it is not there, or is null.
fn element(text: &str, index: i64) -> Option<String> {
    let list = list(text)?;
    let at = match index < 0 {
        false => index,
        true if list.is_whole => index.checked_add(list.items.len() as i64)?,
        true => return None,
    };
    match list.items.into_iter().nth(usize::try_from(at).ok()?)? {
        Json::Null => None,
        // Without quotes: Trino's documentation itself calls this broken.
        Json::Number(text) | Json::Text(text) => Some(text),
        other => Some(other.text()),
    }
}

fn contains(text: &str, fits: impl Fn(&Json) -> bool) -> Option<bool> {
    let list = list(text)?;
    if list.items.iter().any(fits) {
        return Some(true);
    }
    list.is_whole.then_some(false)
}
