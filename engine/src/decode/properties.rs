//! Laws the decoder must keep for any record.

use super::tests::{SCALARS, VECTORS, decode, decoder, show};
use super::*;
use arrow::array::AsArray;
use arrow::compute::concat;
use proptest::prelude::*;

/// A JSON value as text, mostly valid, with the oddities the fast reader gives up.
fn json() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        4 => prop::sample::select(vec![
            "0", "-0", "7", "1.5", "-2e3", "9223372036854775808", "1e400", "007", "1.", "NaN", "-INF",
            "true", "false", "null", "nul", "300", "12.345",
        ]).prop_map(str::to_owned),
        4 => prop::sample::select(vec![
            "x", "", "NaN", "7", "2024-03-01", "2024-03-01T10:00:00Z", "2024-02-30", "aGVsbG8=", "Q",
            "\\n\\u00e9", "\\ud83d\\ude00", "\\ud83d", "\\q", "é", "😀", "\u{1}",
        ]).prop_map(|text| format!("\"{text}\"")),
        1 => Just("'apostrophes'".to_owned()),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        let blank = prop::sample::select(vec!["", "", "", " ", "\n"]);
        let name = prop::sample::select(vec![
            "a", "b", "c", "d", "e", "f", "k", "m", "n", "p", "s", "t", "x", "zz", "\\u0061",
        ]);
        let member = (name, blank.clone(), inner.clone())
            .prop_map(|(name, blank, value)| format!("\"{name}\":{blank}{value}"));
        let list = |items: Vec<String>| items.join(",");
        prop_oneof![
            3 => prop::collection::vec(member, 0..5).prop_map(move |m| format!("{{{}}}", list(m))),
            1 => (prop::collection::vec(inner, 0..4), blank)
                .prop_map(move |(items, blank)| format!("[{blank}{}{blank}]", list(items))),
        ]
    })
}

/// A record: a value, perhaps cut off or with a byte replaced.
fn record() -> impl Strategy<Value = Vec<u8>> {
    let damage = prop_oneof![
        3 => Just(None),
        1 => (any::<prop::sample::Index>(), any::<Option<u8>>()).prop_map(Some),
    ];
    (json(), damage).prop_map(|(text, damage)| {
        let mut bytes = text.into_bytes();
        match damage {
            Some((at, None)) => bytes.truncate(at.index(bytes.len())),
            Some((at, Some(byte))) => {
                let at = at.index(bytes.len());
                bytes[at] = byte;
            }
            None => {}
        }
        bytes
    })
}

fn schemas() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        VECTORS,
        SCALARS,
        "a ARRAY<STRUCT<a: INT, b: ARRAY<STRING>>>, m MAP<STRING, STRUCT<a: INT>>, s STRING, b BOOLEAN",
    ])
}

/// The record as the exact reader alone decodes it.
fn exactly(ddl: &str, bytes: &[u8]) -> (String, Option<Rejection>) {
    let mut decoder = decoder(ddl, JsonMode::Permissive);
    let text = text::java_utf8(bytes).into_owned();
    let note = match exact::read(&text, &decoder.root, &decoder.conversion) {
        Verdict::Blank => {
            decoder.root.push_null();
            None
        }
        Verdict::Row(cells, note) => {
            decoder.root.push(cells);
            note
        }
        Verdict::Lost(note) => {
            decoder.root.end_row();
            Some(note)
        }
        Verdict::Fatal(note) => return ("fatal".to_owned(), Some(note.into_rejection(0))),
    };
    if let Some(corrupt) = &mut decoder.corrupt {
        match note {
            Some(_) => corrupt.texts.push(text.as_bytes()),
            None => corrupt.texts.push_null(),
        }
    }
    (show(&decoder.finish(), 0), note.map(|note| note.into_rejection(0)))
}

/// What a row must be by the table of this module, from a parsed value: slow, and for `VECTORS` only.
fn model(value: &serde_json::Value) -> String {
    use serde_json::Value;
    let Value::Object(fields) = value else {
        return "-|-|-|-".to_owned();
    };
    let long = |value: Option<&Value>| match value {
        Some(Value::Number(number)) => number.as_i64().map(|n| n.to_string()),
        _ => None,
    };
    let text = |value: Option<&Value>| match value {
        None | Some(Value::Null) => None,
        Some(Value::String(text)) => Some(text.clone()),
        Some(other) => Some(other.to_string()),
    };
    let double = |value: Option<&Value>| match value {
        Some(Value::Number(number)) => number.as_f64().map(|n| format!("{n:?}")),
        _ => None,
    };
    let array = match fields.get("c") {
        Some(Value::Array(items)) => {
            let ok = items.iter().all(|item| item.is_null() || long(Some(item)).is_some());
            let shown = items.iter().map(|item| long(Some(item)).unwrap_or("-".to_owned()));
            ok.then(|| format!("[{}]", shown.collect::<Vec<_>>().join(", ")))
        }
        _ => None,
    };
    let null = |shown: Option<String>| shown.unwrap_or("-".to_owned());
    let inner = match fields.get("s") {
        Some(Value::Object(s)) => Some(format!("({}|{})", null(double(s.get("d"))), null(text(s.get("e"))))),
        _ => None,
    };
    let (a, b) = (null(long(fields.get("a"))), null(text(fields.get("b"))));
    format!("{a}|{b}|{}|{}", null(array), null(inner))
}

/// Values without numbers that print differently in Rust and Java.
fn plain_value() -> impl Strategy<Value = serde_json::Value> {
    use serde_json::{Map, Value};
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (1i64..10_000_000).prop_map(|n| Value::from(n as f64 / 8.0)),
        "[a-zé\"\\\\\n]{0,6}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 20, 4, |inner| {
        let name = prop::sample::select(vec!["a", "b", "c", "d", "e", "s", "zz"]);
        let member = (name.prop_map(str::to_owned), inner.clone());
        prop_oneof![
            prop::collection::vec(inner, 0..4).prop_map(Value::from),
            prop::collection::vec(member, 0..6).prop_map(|m| Value::Object(Map::from_iter(m))),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn both_readers_give_the_same_rows_and_rejections(ddl in schemas(), record in record()) {
        let (expected, rejection) = exactly(ddl, &record);
        let decoded = decoder(ddl, JsonMode::Permissive).decode([Some(&record[..])]);
        match decoded.failed {
            Some(failed) => prop_assert_eq!(("fatal".to_owned(), Some(failed)), (expected, rejection)),
            None => {
                prop_assert_eq!(show(&decoded.rows, 0), expected);
                prop_assert_eq!(decoded.rejected.first(), rejection.as_ref());
            }
        }
    }

    #[test]
    fn valid_objects_decode_as_the_model_says(value in plain_value()) {
        let text = value.to_string();
        let decoded = decode(VECTORS, &[&text]);
        prop_assert_eq!(show(&decoded.rows, 0), model(&value), "{}", text);
    }

    #[test]
    fn any_bytes_give_one_row(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
        let decoded = decoder(SCALARS, JsonMode::Permissive).decode([Some(&bytes[..])]);
        prop_assert_eq!(decoded.rows.len() + usize::from(decoded.failed.is_some()), 1);
    }

    /// In the root object; inside nested values Spark keeps more.
    #[test]
    fn records_cut_off_in_the_root_object_lose_every_field(
        a in any::<i64>(), b in "[a-z\"\\\\]{0,8}", at in any::<prop::sample::Index>()
    ) {
        let text = serde_json::json!({"a": a, "b": b}).to_string();
        let cut = &text[..1 + at.index(text.len() - 1)];
        let decoded = decode(VECTORS, &[cut]);
        prop_assert_eq!(show(&decoded.rows, 0), "-|-|-|-");
        prop_assert_eq!(decoded.rejected[0].kind, RejectionKind::Malformed);
    }

    #[test]
    fn a_batch_decodes_as_its_records_one_by_one(
        ddl in schemas(), records in prop::collection::vec(prop::option::of(record()), 1..8)
    ) {
        let together = decoder(ddl, JsonMode::Permissive)
            .decode(records.iter().map(|record| record.as_deref()));
        let mut decoder = decoder(ddl, JsonMode::Permissive);
        let mut rows: Vec<Arc<dyn Array>> = Vec::new();
        let mut rejected = Vec::new();
        for (row, record) in (0u32..).zip(&records) {
            let alone = decoder.decode([record.as_deref()]);
            if let Some(failed) = alone.failed {
                prop_assert_eq!(together.failed.as_ref(), Some(&Rejection { row, ..failed }));
                break;
            }
            rows.push(Arc::new(alone.rows));
            rejected.extend(alone.rejected.into_iter().map(|r| Rejection { row, ..r }));
        }
        prop_assert_eq!(together.rejected, rejected);
        prop_assert_eq!(together.rows.len(), rows.len());
        if !rows.is_empty() {
            let arrays: Vec<&dyn Array> = rows.iter().map(|rows| &**rows).collect();
            let joined = concat(&arrays).expect("one schema");
            prop_assert_eq!(joined.as_struct(), &together.rows);
        }
    }
}
