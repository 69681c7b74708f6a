//! The decoder against what Spark did.
//!
//! Rows are shown as text: fields joined by `|`, `-` for null, structs in `()`, arrays and maps in `[]`.

use super::*;
use crate::types::parse_ddl_schema;
use arrow::array::AsArray;
use arrow::datatypes::{Date32Type, Decimal128Type, Float32Type, Float64Type};
use arrow::datatypes::{Int8Type, Int16Type, Int32Type, Int64Type, TimestampMicrosecondType};

/// The schema of the recorded vectors `parsing_*`.
pub(super) const VECTORS: &str = "a BIGINT, b STRING, c ARRAY<BIGINT>, s STRUCT<d: DOUBLE, e: STRING>";

/// One field of each other type.
pub(super) const SCALARS: &str = "t TIMESTAMP, n TIMESTAMP_NTZ, d DATE, m MAP<STRING,BIGINT>, x BINARY, \
                       k TINYINT, p DECIMAL(10,2), f FLOAT, _corrupt_record STRING";

/// The purchases of the reference job.
const PURCHASES: &str = "body STRUCT<purchase_time: STRING, transaction_id: STRING, basket_items: \
                         ARRAY<STRUCT<product: STRUCT<sku: STRING, quantity_purchased: BIGINT>>>>";

pub(super) fn decoder(ddl: &str, mode: JsonMode) -> JsonDecoder {
    let schema = parse_ddl_schema(ddl).expect("valid DDL");
    let options = JsonOptions { mode, ..JsonOptions::default() };
    JsonDecoder::new(Arc::new(schema), options).expect("supported types")
}

pub(super) fn decode(ddl: &str, records: &[&str]) -> Decoded {
    let records = records.iter().map(|record| Some(record.as_bytes()));
    decoder(ddl, JsonMode::Permissive).decode(records)
}

/// Each record's row as text; `null` for the null struct.
fn check(ddl: &str, cases: &[(&str, &str)]) {
    let records: Vec<&str> = cases.iter().map(|(record, _)| *record).collect();
    let decoded = decode(ddl, &records);
    for (row, (record, expected)) in cases.iter().enumerate() {
        assert_eq!(show(&decoded.rows, row), *expected, "{record}");
    }
}

pub(super) fn show(array: &dyn Array, row: usize) -> String {
    if array.is_null(row) {
        return if matches!(array.data_type(), DataType::Struct(_)) { "null" } else { "-" }.to_owned();
    }
    match array.data_type() {
        DataType::Boolean => array.as_boolean().value(row).to_string(),
        DataType::Int8 => array.as_primitive::<Int8Type>().value(row).to_string(),
        DataType::Int16 => array.as_primitive::<Int16Type>().value(row).to_string(),
        DataType::Int32 => array.as_primitive::<Int32Type>().value(row).to_string(),
        DataType::Int64 => array.as_primitive::<Int64Type>().value(row).to_string(),
        DataType::Float32 => format!("{:?}", array.as_primitive::<Float32Type>().value(row)),
        DataType::Float64 => format!("{:?}", array.as_primitive::<Float64Type>().value(row)),
        DataType::Decimal128(_, _) => array.as_primitive::<Decimal128Type>().value_as_string(row),
        DataType::Date32 => array.as_primitive::<Date32Type>().value(row).to_string(),
        DataType::Timestamp(_, _) => array.as_primitive::<TimestampMicrosecondType>().value(row).to_string(),
        DataType::Utf8 => array.as_string::<i32>().value(row).to_owned(),
        DataType::Binary => String::from_utf8_lossy(array.as_binary::<i32>().value(row)).into_owned(),
        DataType::List(_) => show_items(&array.as_list::<i32>().value(row)),
        DataType::Map(_, _) => show_items(&array.as_map().value(row)),
        DataType::Struct(_) => {
            let fields = array.as_struct().columns().iter().map(|column| match column.data_type() {
                DataType::Struct(_) if column.is_valid(row) => {
                    format!("({})", show(column, row))
                }
                DataType::Struct(_) => "-".to_owned(),
                _ => show(column, row),
            });
            fields.collect::<Vec<_>>().join("|")
        }
        other => unreachable!("the tests use no {other}"),
    }
}

fn show_items(items: &dyn Array) -> String {
    let items: Vec<String> = (0..items.len()).map(|at| show(items, at)).collect();
    format!("[{}]", items.join(", "))
}

/// The inputs of the vectors `parsing_permissive` and `parsing_permissive_struct`.
#[test]
fn records_of_the_parsing_vectors_decode_as_recorded() {
    check(
        VECTORS,
        &[
            (r#"{"a":1,"b":"x","c":[1,2],"s":{"d":1.5,"e":"q"}}"#, "1|x|[1, 2]|(1.5|q)"),
            (r#"{"a":"7","b":3,"c":[],"s":null}"#, "-|3|[]|-"),
            (r#"{"a":"seven","b":true,"c":null,"s":{"d":2}}"#, "-|true|-|(2.0|-)"),
            (r#"{"a":"#, "-|-|-|-"),
            ("", "null"),
            ("null", "-|-|-|-"),
            ("[1,2]", "-|-|-|-"),
            (r#"{"a":1.9,"b":{"z":1},"c":[3,null],"s":{"d":"NaN"}}"#, r#"-|{"z":1}|[3, -]|(NaN|-)"#),
            (r#"[{"a":5,"b":"arr","c":[9],"s":{"d":1}}]"#, "-|-|-|-"),
            (r#"{"a":9223372036854775808,"b":null,"c":["x"],"s":{"d":"1.5"}}"#, "-|-|-|(-|-)"),
            (r#"{"A":1,"b":"case"}"#, "-|case|-|-"),
            (r#"{"a":1,"a":2,"b":"dup"}"#, "2|dup|-|-"),
            (r#"{"b":"only"} trailing"#, "-|only|-|-"),
            (r#"{'a':3,'b':'single quotes'}"#, "3|single quotes|-|-"),
            (r#"{"a": 007, "b":"zeros"}"#, "-|-|-|-"),
        ],
    );
}

/// Recorded with Spark 3.5.4: the parser goes on where an exception left it.
#[test]
fn broken_records_keep_what_spark_keeps() {
    check(
        VECTORS,
        &[
            (r#"{"a":1,"s":{"d":"#, "1|-|-|-"),
            (r#"{"a":1,"s":{"d":5,"e":"x"#, "-|-|-|-"),
            (r#"{"a":1,"s":{"t":[1,{"d":"#, "1|-|-|-"),
            (r#"{"a":1,"b":{"z":007},"c":[2]}"#, "1|-|-|-"),
            (r#"{"a":1,"b":"x\q,"c":[1]}"#, "1|-|[1]|-"),
            (r#"{"c":[1,1.5e,2],"a":3}"#, "-|-|-|-"),
            (r#"{"c":[1,1.,2],"a":3}"#, "3|-|-|-"),
            (r#"{"c":[1,0.,2],"a":3}"#, "-|-|-|-"),
            (r#"{"c":[1,1e,2],"a":3}"#, "3|-|-|-"),
            (r#"{"a":1"#, "-|-|-|-"),
            ("\u{feff}{\"a\":1}", "-|-|-|-"),
            ("  \n", "null"),
            (r#"{"a":5,"a":"x"}"#, "5|-|-|-"),
            (r#"{"s":{"d":1},"s":{"e":3}}"#, "-|-|-|(-|3)"),
            (r#"{"a":1,"c":[1,"x",{"a":7}],"b":"y"}"#, "1|y|-|-"),
            (r#"{"a":-0,"s":{"d":-0}}"#, "0|-|-|(0.0|-)"),
            (r#"{"a":1,"s":{"d":-0.0}} x"#, "1|-|-|(-0.0|-)"),
        ],
    );
}

/// Recorded with Spark 3.5.4.
#[test]
fn strings_take_the_text_of_any_value() {
    check(
        "b STRING",
        &[
            (r#"{"b":[1, 2, {"k" : null}]}"#, r#"[1,2,{"k":null}]"#),
            (r#"{"b":1.10}"#, "1.1"),
            (r#"{"b":2e23}"#, "1.9999999999999998E23"),
            (r#"{"b":-0}"#, "0"),
            (r#"{"b":123456789012345678901234567890}"#, "123456789012345678901234567890"),
            (r#"{"b":NaN}"#, r#""NaN""#),
            (r#"{"b":-INF}"#, r#""-Infinity""#),
            (r#"{"b":"\ud800"}"#, "?"),
            (
                r#"{"b":{"q":"😀\u0001\/\n","r":1.50,"s":1e400,"t":NaN,"u":[]}}"#,
                r#"{"q":"\uD83D\uDE00\u0001/\n","r":1.5,"s":"Infinity","t":"NaN","u":[]}"#,
            ),
        ],
    );
    let decoded =
        decoder("b STRING", JsonMode::Permissive).decode([Some(&b"{\"b\":\"x\xff\xed\xa0\x80y\"}"[..])]);
    assert_eq!(show(&decoded.rows, 0), "x\u{fffd}\u{fffd}y");
}

/// Recorded with Spark 3.5.4.
#[test]
fn other_types_and_the_corrupt_column_decode_as_recorded() {
    let corrupt = |record: &str| format!("-|-|-|-|-|-|-|-|{record}");
    let lost = [
        r#"{"t":1.5}"#,
        r#"{"m":{"a":1,"b":"x"}}"#,
        r#"{"x":"aGVsbG8"}"#,
        r#"{"x":"Q","k":1}"#,
        r#"{"k":300}"#,
        r#"{"p":123456789.1}"#,
        r#"{"p":NaN}"#,
        r#"{"t":""}"#,
        r#"{"d":"2024/03/01"}"#,
        r#"{"n":"2024-02-30 00:00:00"}"#,
        "null",
    ];
    for record in lost {
        check(SCALARS, &[(record, &corrupt(record))]);
    }
    check(
        SCALARS,
        &[
            (r#"{"t":"2024-03-01T10:00:00GMT+02:00"}"#, "1709280000000000|-|-|-|-|-|-|-|-"),
            (r#"{"t":1709287200,"d":"19000"}"#, "1709287200000000|-|6220080|-|-|-|-|-|-"),
            (r#"{"n":"2024-03-01T10:00:00","d":"123"}"#, "-|1709287200000000|123|-|-|-|-|-|-"),
            (r#"{"m":{"a":1,"a":2}}"#, "-|-|-|[a|1, a|2]|-|-|-|-|-"),
            (r#"{"x":"aGVsbG8=","k":200}"#, "-|-|-|-|hello|-56|-|-|-"),
            (r#"{"x":"aGVsbG8","k":3}"#, r#"-|-|-|-|-|3|-|-|{"x":"aGVsbG8","k":3}"#),
            (r#"{"p":"1,234.567","f":0.1}"#, "-|-|-|-|-|-|1234.57|0.1|-"),
            (r#"{"k":1,"m":{"a":"#, r#"-|-|-|-|-|1|-|-|{"k":1,"m":{"a":"#),
            (r#"{"f":"+INF"}"#, "-|-|-|-|-|-|-|inf|-"),
            ("", "null"),
        ],
    );
}

#[test]
fn failing_field_of_an_array_of_structs_keeps_the_rest() {
    let record = r#"{"body":{"basket_items":[{"product":{"sku":"a","quantity_purchased":"2"}},
        {"product":{"sku":"b","quantity_purchased":3}}],"transaction_id":"T"}}"#;
    let decoded = decode(PURCHASES, &[record]);
    assert_eq!(show(&decoded.rows, 0), "(-|T|[(a|-), (b|3)])");
    assert_eq!(decoded.rejected.len(), 1);
}

#[test]
fn rejections_name_the_field_the_value_and_the_place() {
    let records = [
        r#"{"a":1}"#,
        r#"{"a":"7"}"#,
        r#"{"s":{"d":"x"},"a":"7"}"#,
        r#"{"c":[1,"é"]}"#,
        r#"[1]"#,
        r#"{"a":1"#,
        r#"{"a":1 "b":2}"#,
        r#"{"a":99999999999999999999}"#,
        r#"{"s":[]}"#,
        r#""text""#,
    ];
    let decoded = decode(VECTORS, &records);
    let found: Vec<String> = decoded
        .rejected
        .iter()
        .map(|r| {
            let field = r.field.as_deref().unwrap_or("-");
            format!("{} {:?} {field} @{}: {}", r.row, r.kind, r.offset, r.detail)
        })
        .collect();
    assert_eq!(
        found,
        [
            "1 Field a @5: found the text `7`, expected BIGINT",
            "2 Field s.d @10: found the text `x`, expected DOUBLE",
            "3 Field c @8: found the text `é`, expected BIGINT",
            "4 WrongRoot - @0: found an array, expected an object",
            "5 Malformed - @6: found the end of the text, expected the rest of an object",
            "6 Malformed - @7: found `\"`, expected `,` or `}`",
            "7 Field a @5: found the number `99999999999999999999`, which is out of range of BIGINT",
            "8 Field s @5: found an array, expected STRUCT<d: DOUBLE, e: STRING>",
            "9 WrongRoot - @0: found the text `text`, expected STRUCT<a: BIGINT, b: STRING, c: \
         ARRAY<BIGINT>, s: STRUCT<d: DOUBLE, e: STRING>>",
        ]
    );
    let nested = r#"{"body":{"basket_items":[{"product":{"quantity_purchased":{}}}]}}"#;
    let rejected = decode(PURCHASES, &[nested]).rejected;
    assert_eq!(rejected[0].field.as_deref(), Some("body.basket_items.product.quantity_purchased"));
}

/// The vector `parsing_failfast`, and messages recorded with Spark 3.5.4.
#[test]
fn failfast_stops_at_the_first_record_that_is_not_whole() {
    let records = [r#"{"a":1}"#, "", r#"{"a":"7"}"#, r#"{"a":2}"#];
    let mut decoder = decoder(VECTORS, JsonMode::FailFast);
    let decoded = decoder.decode(records.map(|record| Some(record.as_bytes())));
    assert_eq!(decoded.rows.len(), 2);
    assert!(decoded.rejected.is_empty());
    let failed = decoded.failed.expect("the third record");
    assert_eq!(failed.row, 2);
    assert_eq!(
        failed.spark_error,
        "[CANNOT_PARSE_JSON_FIELD] Cannot parse the field name 'a' and the value 7 of the JSON token \
         type VALUE_STRING to target Spark data type \"BIGINT\"."
    );
    assert_eq!(decoder.decode([Some(&b"{}"[..])]).rows.len(), 1);
}

/// Recorded with Spark 3.5.4: maps swallow even this exception.
#[test]
fn dates_only_spark_2_reads_fail_the_query_in_every_mode() {
    let ddl = "d DATE, t TIMESTAMP, a ARRAY<DATE>, m MAP<STRING,DATE>, k INT";
    for record in [
        r#"{"d":"2024-13-01"}"#,
        r#"{"d":"2024-03-01x"}"#,
        r#"{"t":"2024-02-30 00:00:00"}"#,
        r#"{"a":["2024-02-30"]}"#,
    ] {
        let decoded = decode(ddl, &[r#"{"k":1}"#, record, r#"{"k":2}"#]);
        let failed = decoded.failed.expect(record);
        assert_eq!((failed.row, failed.kind), (1, RejectionKind::LegacyDate));
        assert_eq!(decoded.rows.len(), 1);
    }
    check(ddl, &[(r#"{"m":{"a":"2024-02-30"},"k":1}"#, "-|-|-|-|1")]);
}

#[test]
fn session_zone_and_present_day_apply_to_times_without_them() {
    let schema = parse_ddl_schema("t TIMESTAMP").expect("valid DDL");
    let zone = FixedZone::east(7200).expect("in range");
    let options = JsonOptions { zone: Arc::new(zone), ..JsonOptions::default() };
    let mut decoder = JsonDecoder::new(Arc::new(schema), options).expect("supported");
    decoder.set_now(1_709_331_300_000_000); // 2024-03-01T22:15Z, the next day two hours east
    let decoded =
        decoder.decode([Some(&br#"{"t":"2024-03-01 10:00:00"}"#[..]), Some(&br#"{"t":"10:00"}"#[..])]);
    assert_eq!(show(&decoded.rows, 0), "1709280000000000");
    assert_eq!(show(&decoded.rows, 1), "1709366400000000");
}

#[test]
fn null_records_are_null_rows_and_not_rejected() {
    let mut decoder = decoder("a BIGINT, _corrupt_record STRING", JsonMode::Permissive);
    let decoded = decoder.decode([None, Some(&b"{\"a\":1}"[..]), None]);
    let shown: Vec<String> = (0..3).map(|row| show(&decoded.rows, row)).collect();
    assert_eq!(shown, ["null", "1|-", "null"]);
    assert!(decoded.rejected.is_empty());
    let batch = decoded.into_batch();
    assert_eq!((batch.num_rows(), batch.column(0).null_count()), (3, 2));
}

#[test]
fn schemas_without_fields_still_count_rows() {
    let decoded = decode("", &["{}", "[", ""]);
    assert_eq!((decoded.rows.len(), decoded.rows.null_count()), (3, 1));
    assert_eq!(decoded.into_batch().num_rows(), 3);
}

#[test]
fn unsupported_schemas_are_refused() {
    let error = |ddl: &str| {
        let schema = parse_ddl_schema(ddl).expect("valid DDL");
        JsonDecoder::new(Arc::new(schema), JsonOptions::default()).expect_err(ddl).to_string()
    };
    assert_eq!(error("a STRUCT<v: VOID>"), "field `a.v` has type VOID, which JSON cannot be decoded into");
    assert_eq!(
        error("_corrupt_record INT"),
        "the field for corrupt records `_corrupt_record` must be of type STRING"
    );
}

#[test]
fn deep_nesting_is_read_to_jacksons_limit_and_no_further() {
    let nested = |depth: usize| format!(r#"{{"z":{}{},"a":1}}"#, "[".repeat(depth), "]".repeat(depth));
    let (deep, deeper) = (nested(999), nested(1000));
    let hostile = "[".repeat(1_000_000);
    check("a BIGINT", &[(&deep, "1"), (&deeper, "-"), (&hostile, "-")]);
}

#[test]
fn dropping_malformed_records_is_refused_in_sparks_words() {
    let schema = Arc::new(parse_ddl_schema("a INT").expect("valid DDL"));
    let options = JsonOptions { mode: JsonMode::DropMalformed, ..JsonOptions::default() };
    let refused = JsonDecoder::new(schema, options).expect_err("from_json has no such mode");
    assert_eq!(
        refused.to_string(),
        "from_json() doesn't support the DROPMALFORMED mode. Acceptable modes are PERMISSIVE and FAILFAST."
    );
}
