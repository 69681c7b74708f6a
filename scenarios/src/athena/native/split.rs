//! Text taken apart at delimiters: into lists, and into maps.
//!
//! Source: Trino's `StringFunctions`, `SplitToMapFunction`, `SplitToMultimapFunction`.

use std::sync::Arc;

use super::registrar::Registrar;
use arrow::array::{
    Array, ArrayRef, ListBuilder, MapBuilder, MapFieldNames, StringBuilder, builder::ArrayBuilder,
};
use arrow::datatypes::{DataType, Field, Fields};

use super::column::{Column, Int, Text, Texts, function2, function3};
use super::{Answer, Failure};

pub(super) fn register(c: &Registrar<'_>) -> duckdb::Result<()> {
    function2::<Text, Text, Texts>(c, "wt_split", |text, at| split(text, at, i32::MAX.into()))?;
    function3::<Text, Text, Int, Texts>(c, "wt_split_limit", split)?;
    function3::<Text, Text, Int, Text>(c, "wt_split_part", split_part)?;
    function3::<Text, Text, Text, TextMap>(c, "wt_split_to_map", to_map)?;
    function3::<Text, Text, Text, TextsMap>(c, "wt_split_to_multimap", to_multimap)
}

/// `MAP(VARCHAR, VARCHAR)`, written only.
struct TextMap;
/// `MAP(VARCHAR, VARCHAR[])`, written only.
struct TextsMap;

fn map_type(value: DataType) -> DataType {
    let pair = [Field::new("key", DataType::Utf8, false), Field::new("value", value, true)];
    let entries = Field::new("entries", DataType::Struct(Fields::from(pair.to_vec())), false);
    DataType::Map(Arc::new(entries), false)
}

/// Maps whose values a builder takes one by one.
fn maps<B: ArrayBuilder, V>(
    values: B,
    rows: Vec<Option<Vec<(String, V)>>>,
    mut append: impl FnMut(&mut B, V),
) -> ArrayRef {
    let names = MapFieldNames { entry: "entries".into(), key: "key".into(), value: "value".into() };
    let mut maps = MapBuilder::new(Some(names), StringBuilder::new(), values);
    for row in rows {
        let is_map = row.is_some();
        for (key, value) in row.into_iter().flatten() {
            maps.keys().append_value(key);
            append(maps.values(), value);
        }
        maps.append(is_map).expect("as many keys as values");
    }
    Arc::new(maps.finish())
}

impl Column for TextMap {
    type In<'a> = ();
    type Out = Vec<(String, String)>;

    fn data_type() -> DataType {
        map_type(DataType::Utf8)
    }

    fn read(_: &dyn Array, _: usize) {}

    fn write(values: Vec<Option<Self::Out>>, _: &[ArrayRef]) -> ArrayRef {
        maps(StringBuilder::new(), values, |texts, text| texts.append_value(text))
    }
}

impl Column for TextsMap {
    type In<'a> = ();
    type Out = Vec<(String, Vec<String>)>;

    fn data_type() -> DataType {
        map_type(Texts::data_type())
    }

    fn read(_: &dyn Array, _: usize) {}

    fn write(values: Vec<Option<Self::Out>>, _: &[ArrayRef]) -> ArrayRef {
        maps(ListBuilder::new(StringBuilder::new()), values, |lists, texts| {
            for text in texts {
                lists.values().append_value(text);
            }
            lists.append(true);
        })
    }
}

fn split(text: &str, delimiter: &str, limit: i64) -> Answer<Vec<Option<String>>> {
    if limit <= 0 {
        return Err(Failure::argument("Limit must be positive"));
    }
    if limit > i64::from(i32::MAX) {
        return Err(Failure::argument("Limit is too large"));
    }
    if delimiter.is_empty() {
        return Err(Failure::argument("The delimiter may not be the empty string"));
    }
    Ok(Some(text.splitn(limit as usize, delimiter).map(|part| Some(part.to_owned())).collect()))
}

fn split_part(text: &str, delimiter: &str, index: i64) -> Answer<String> {
    if index <= 0 {
        return Err(Failure::argument("Index must be greater than zero"));
    }
    let index = index as usize - 1;
    Ok(match delimiter.is_empty() {
        // Each character is a part then.
        true => text.chars().nth(index).map(String::from),
        false => text.split(delimiter).nth(index).map(str::to_owned),
    })
}

/// Keys and values in the order of the text.
fn pairs(text: &str, entry: &str, key_value: &str) -> Result<Vec<(String, String)>, Failure> {
    let refusal = match (entry.is_empty(), key_value.is_empty()) {
        (true, _) => Some("entryDelimiter is empty"),
        (_, true) => Some("keyValueDelimiter is empty"),
        _ if entry == key_value => Some("entryDelimiter and keyValueDelimiter must not be the same"),
        _ => None,
    };
    if let Some(refusal) = refusal {
        return Err(Failure::argument(refusal));
    }
    // A delimiter at the end begins no entry.
    let entries = text.strip_suffix(entry).unwrap_or(text).split(entry).filter(|_| !text.is_empty());
    let pair = |pair: &str| match pair.split_once(key_value) {
        Some((key, value)) if !value.contains(key_value) => Ok((key.to_owned(), value.to_owned())),
        _ => Err(Failure::argument(format!(
            "Key-value delimiter must appear exactly once in each entry. Bad input: '{pair}'"
        ))),
    };
    entries.map(pair).collect()
}

fn to_map(text: &str, entry: &str, key_value: &str) -> Answer<Vec<(String, String)>> {
    let mut map: Vec<(String, String)> = Vec::new();
    for (key, value) in pairs(text, entry, key_value)? {
        if map.iter().any(|(known, _)| *known == key) {
            return Err(Failure::argument(format!("Duplicate keys ({key}) are not allowed")));
        }
        map.push((key, value));
    }
    Ok(Some(map))
}

fn to_multimap(text: &str, entry: &str, key_value: &str) -> Answer<Vec<(String, Vec<String>)>> {
    let mut map: Vec<(String, Vec<String>)> = Vec::new();
    for (key, value) in pairs(text, entry, key_value)? {
        match map.iter_mut().find(|(known, _)| *known == key) {
            Some((_, values)) => values.push(value),
            None => map.push((key, vec![value])),
        }
    }
    Ok(Some(map))
}
