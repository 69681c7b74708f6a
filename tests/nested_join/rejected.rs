//! Records that do not decode: every one of them can be looked up with its raw bytes, and no others are on file.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::kept::{RecordKey, Tables};
use crate::rig::{Size, run, stormy};

/// What the generator puts in the place of a number.
const WRONG_VALUE: &str = "not-a-number";

/// The one number in the traffic whose column is a string, so that any text will do there.
const TEXT_COLUMN: &str = "body.purchase_time";

/// How a record's bytes fail to be what the table says.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Fault {
    NotJson,
    WrongType { field: String },
}

fn fault(data: &str) -> Option<Fault> {
    let Ok(value) = serde_json::from_str::<Value>(data) else { return Some(Fault::NotJson) };
    let field = path_of_wrong_value(&value, "")?;
    (field != TEXT_COLUMN).then_some(Fault::WrongType { field })
}

/// Dotted; the elements of a list share its path.
fn path_of_wrong_value(value: &Value, path: &str) -> Option<String> {
    match value {
        Value::String(text) => (text == WRONG_VALUE).then(|| path.to_owned()),
        Value::Array(items) => items.iter().find_map(|item| path_of_wrong_value(item, path)),
        Value::Object(fields) => fields.iter().find_map(|(name, value)| {
            let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
            path_of_wrong_value(value, &path)
        }),
        _ => None,
    }
}

#[test]
fn rejected_records_are_those_whose_raw_data_is_malformed() {
    let run = run(&stormy(), Size { seed: 42, events: 500 });
    let tables = Tables::of(&run);
    let malformed: BTreeMap<RecordKey, Fault> =
        tables.input().into_iter().filter_map(|r| Some((r.key, fault(&r.data)?))).collect();
    let rejections = tables.rejected();
    for rejection in &rejections {
        assert!(!rejection.detail.is_empty(), "{rejection:?} does not say what is wrong");
    }
    let count = rejections.len();
    let on_file: BTreeMap<RecordKey, Fault> = rejections
        .into_iter()
        .map(|r| (r.key, r.field.map_or(Fault::NotJson, |field| Fault::WrongType { field })))
        .collect();
    assert_eq!(on_file.len(), count, "a record is rejected once");
    assert_eq!(on_file, malformed);
    assert_eq!(run.report.records_rejected, count as u64);

    let not_json = malformed.values().filter(|fault| **fault == Fault::NotJson).count();
    assert!(not_json > 5, "too few records were cut off to say anything: {not_json}");
    assert!(count - not_json > 5, "too few values had a wrong type to say anything: {}", count - not_json);
}
