use std::sync::Arc;

use super::*;
use crate::batch::BatchId;
use crate::input::Input;
use crate::ledger::Ledger;
use crate::memory::MemoryStore;
use crate::plan::{RecordFormat, SourceTable};
use crate::sink::{FileFormat, encode};
use crate::types::parse_ddl_schema;
use arrow::record_batch::RecordBatch;
use arrow::util::pretty::pretty_format_batches;
use bytes::Bytes;

fn source(store: &MemoryStore, format: ObjectFormat, ddl: &str, max: Option<usize>) -> FileSource {
    let options = FileOptions {
        prefix: "silver/".into(),
        format,
        schema: Arc::new(parse_ddl_schema(ddl).unwrap()),
        files_per_trigger_max: max,
        session: Session::default(),
    };
    FileSource::new(options, Box::new(store.clone()), (Box::new(store.clone()), "checkpoint/"), 0)
}

fn put(store: &MemoryStore, key: &str, text: &'static str) {
    store.clone().put(key, Bytes::from_static(text.as_bytes())).unwrap();
}

/// The shards of the next batch; `at` moves to its end.
fn next(source: &mut FileSource, at: &mut Offsets) -> Vec<String> {
    let end = source.latest(at, 0).unwrap();
    let range = OffsetRange { start: std::mem::replace(at, end.clone()), end };
    source.read(&range).unwrap().shards
}

/// The rows of everything as a query would see them.
fn rows(source: FileSource, ddl: &str) -> String {
    let schema = Arc::new(parse_ddl_schema(ddl).unwrap());
    let table = SourceTable { table: "t".into(), schema, format: RecordFormat::default() };
    let mut input = Input::new(&table, Box::new(source), &Session::default(), 1).unwrap();
    let start = input.source.initial(0).unwrap();
    let end = input.source.latest(&start, 0).unwrap();
    let read = input.source.read(&OffsetRange { start, end }).unwrap();
    let mut ledger = Ledger::default();
    let rows = input.rows(BatchId(0), 0, &read).decoded(&mut ledger).unwrap();
    let visible = |rows: RecordBatch| {
        let columns: Vec<usize> = (0..rows.num_columns() - 1).collect();
        rows.project(&columns).unwrap()
    };
    let rows: Vec<RecordBatch> = rows.into_iter().map(visible).collect();
    pretty_format_batches(&rows).unwrap().to_string()
}

#[test]
fn each_object_is_read_once_in_the_order_of_keys() {
    let store = MemoryStore::default();
    for key in
        ["silver/b.json", "silver/a.json", "silver/_SUCCESS", "silver/.a.crc", "silver/", "other/c.json"]
    {
        put(&store, key, "{\"a\":1}\n");
    }
    let mut source = source(&store, ObjectFormat::JsonLines, "a INT", None);
    let mut at = source.initial(0).unwrap();
    assert_eq!(next(&mut source, &mut at), ["silver/a.json", "silver/b.json"]);
    assert_eq!(at.0["log"], ShardOffset::After("0".into()));
    assert!(next(&mut source, &mut at).is_empty());
    assert_eq!(at.0["log"], ShardOffset::After("0".into()));
    put(&store, "silver/a.json", "{\"a\":2}\n");
    put(&store, "silver/0.json", "{\"a\":3}\n");
    assert_eq!(next(&mut source, &mut at), ["silver/0.json"]);
}

#[test]
fn a_trigger_takes_no_more_objects_than_it_may() {
    let store = MemoryStore::default();
    for key in ["silver/1", "silver/2", "silver/3"] {
        put(&store, key, "{}");
    }
    let mut source = source(&store, ObjectFormat::JsonLines, "a INT", Some(2));
    let mut at = source.initial(0).unwrap();
    assert_eq!(next(&mut source, &mut at), ["silver/1", "silver/2"]);
    assert_eq!(next(&mut source, &mut at), ["silver/3"]);
}

#[test]
fn a_source_that_starts_again_reads_on_and_reads_a_range_again() {
    let store = MemoryStore::default();
    put(&store, "silver/1", "{}");
    let mut first = source(&store, ObjectFormat::JsonLines, "a INT", None);
    let start = first.initial(0).unwrap();
    let end = first.latest(&start, 0).unwrap();
    // The process dies before the plan of the batch is written, then more objects come.
    put(&store, "silver/0", "{}");
    let mut again = source(&store, ObjectFormat::JsonLines, "a INT", None);
    let range = OffsetRange { start: start.clone(), end: end.clone() };
    assert_eq!(again.read(&range).unwrap().shards, ["silver/1"]);
    let mut at = start;
    assert_eq!(next(&mut again, &mut at), ["silver/1", "silver/0"]);
    assert!(next(&mut source(&store, ObjectFormat::JsonLines, "a INT", None), &mut at).is_empty());
}

#[test]
fn an_object_that_went_away_between_plan_and_read_is_named() {
    let store = MemoryStore::default();
    put(&store, "silver/1", "{}");
    let mut source = source(&store, ObjectFormat::JsonLines, "a INT", None);
    let start = source.initial(0).unwrap();
    let end = source.latest(&start, 0).unwrap();
    store.clone().delete("silver/1").unwrap();
    let error = source.read(&OffsetRange { start, end }).unwrap_err();
    assert_eq!(
        error.to_string(),
        "object `silver/1` cannot be read: it was there when the batch was planned and does not exist any more"
    );
}

#[test]
fn a_damaged_step_is_given_up_only_while_no_plan_has_it() {
    let store = MemoryStore::default();
    put(&store, "silver/1", "{}");
    let mut first = source(&store, ObjectFormat::JsonLines, "a INT", None);
    let start = first.initial(0).unwrap();
    let end = first.latest(&start, 0).unwrap();
    put(&store, "checkpoint/sources/0/0", "wavetank 1 cut");
    let fresh = || source(&store, ObjectFormat::JsonLines, "a INT", None);
    let removable = |error: EngineError| match error {
        EngineError::CorruptCheckpoint { removable, .. } => removable,
        other => panic!("{other}"),
    };
    assert_eq!(removable(fresh().latest(&start, 0).unwrap_err()), ["checkpoint/sources/0/0"]);
    assert!(
        removable(fresh().read(&OffsetRange { start: start.clone(), end: end.clone() }).unwrap_err())
            .is_empty()
    );
    store.clone().delete("checkpoint/sources/0/0").unwrap();
    assert!(removable(fresh().read(&OffsetRange { start: start.clone(), end }).unwrap_err()).is_empty());
    assert_eq!(next(&mut fresh(), &mut start.clone()), ["silver/1"]);
}

#[test]
fn folders_are_columns_where_the_table_has_them() {
    let store = MemoryStore::default();
    put(&store, "silver/day=2026-01-05/n=07/x=1/a.json", "{\"a\":1,\"n\":99}\n");
    put(&store, "silver/day=__HIVE_DEFAULT_PARTITION__/n=b/x=2/a.json", "{\"a\":2}\n{\"a\":3}\n");
    let ddl = "a INT, day DATE, n INT";
    let expected = "\
+---+------------+---+
| a | day        | n |
+---+------------+---+
| 1 | 2026-01-05 | 7 |
| 2 |            |   |
| 3 |            |   |
+---+------------+---+";
    assert_eq!(rows(source(&store, ObjectFormat::JsonLines, ddl, None), ddl), expected);
    put(&store, "silver/e.json", "{}");
    let mut mixed = source(&store, ObjectFormat::JsonLines, ddl, None);
    let start = Offsets::default();
    let end = mixed.latest(&start, 0).unwrap();
    let error = mixed.read(&OffsetRange { start, end }).unwrap_err().to_string();
    assert!(
        error.contains("object `silver/e.json` cannot be read: Conflicting partition column names"),
        "{error}"
    );
}

#[test]
fn parquet_objects_are_rows_and_records_of_a_query() {
    let store = MemoryStore::default();
    let object = |values: Vec<Option<i32>>| {
        let column: arrow::array::ArrayRef = Arc::new(arrow::array::Int32Array::from(values));
        let batch = RecordBatch::try_from_iter([("A", column)]).unwrap();
        let rows = std::slice::from_ref(&batch);
        encode(FileFormat::Parquet, rows, batch.schema_ref(), &Session::default(), 1).unwrap()
    };
    store.clone().put_pieces("silver/n=1/1.parquet", object(vec![Some(5), None])).unwrap();
    put(&store, "silver/n=1/2.parquet", "");
    store.clone().put_pieces("silver/n=2/3.parquet", object(vec![Some(6)])).unwrap();
    let ddl = "a INT, b STRING, n BIGINT";
    let mut read = source(&store, ObjectFormat::Parquet, ddl, None);
    let end = read.latest(&Offsets::default(), 0).unwrap();
    let read = read.read(&OffsetRange { start: Offsets::default(), end }).unwrap();
    let places: Vec<_> = read.records.iter().map(|r| (r.shard, r.sequence_number.to_string())).collect();
    assert_eq!(places, [(0, "0000000000".into()), (0, "0000000001".into()), (2, "0000000000".into())]);
    let expected = "\
+---+---+---+
| a | b | n |
+---+---+---+
| 5 |   | 1 |
|   |   | 1 |
| 6 |   | 2 |
+---+---+---+";
    let again = source(&MemoryStore::default(), ObjectFormat::Parquet, ddl, None);
    assert_eq!(rows(FileSource { objects: Box::new(store.clone()), ..again }, ddl), expected);
}
