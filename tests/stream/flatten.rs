//! Explode with a projection above it, in one operator or in two; and a batch on one thread or on several.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::compute::concat_batches;
use arrow::record_batch::RecordBatch;
use proptest::prelude::*;
use wavetank::engine::types::parse_ddl_schema;

use crate::rig::{Batch, Rig, Schemas, Settings, plan};

const ORDERS: &str = "id STRING, items ARRAY<STRUCT<a: INT, b: STRING>>";

fn schemas(tables: &[(&str, &str)]) -> Schemas {
    let schema = |ddl: &str| Arc::new(parse_ddl_schema(ddl).expect("valid DDL"));
    Schemas(tables.iter().map(|(name, ddl)| ((*name).to_owned(), schema(ddl))).collect::<BTreeMap<_, _>>())
}

/// One batch over records of `orders`.
fn run(query: &str, records: &[String]) -> Batch {
    let pipeline = plan(query, &schemas(&[("orders", ORDERS)])).expect("the query is valid");
    let mut rig = Rig::start(&pipeline, Settings::default()).expect("it starts");
    rig.add("orders", records.iter().cloned());
    rig.trigger().expect("the batch runs").expect("there are records")
}

fn rows(batch: &Batch) -> Option<RecordBatch> {
    batch.rows.first().map(|first| concat_batches(first.schema_ref(), &batch.rows).expect("one schema"))
}

fn order() -> impl Strategy<Value = String> {
    let item = prop_oneof![
        3 => (any::<Option<i8>>(), "[a-c]{0,2}").prop_map(|(a, b)| {
            let a = a.map_or("null".to_owned(), |a| a.to_string());
            format!(r#"{{"a":{a},"b":"{b}"}}"#)
        }),
        1 => Just("null".to_owned()),
    ];
    let items = prop_oneof![
        4 => prop::collection::vec(item, 0..4).prop_map(|items| format!("[{}]", items.join(","))),
        1 => Just("null".to_owned()),
    ];
    ("[x-z]{0,2}", items).prop_map(|(id, items)| format!(r#"{{"id":"{id}","items":{items}}}"#))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// A column that reads both the row and the element keeps the two operators apart.
    #[test]
    fn one_operator_gives_what_two_give(records in prop::collection::vec(order(), 1..8), outer: bool) {
        let outer = if outer { "OUTER" } else { "" };
        let query = |more: &str| format!(
            "CREATE STREAMING TABLE flat AS
             SELECT id, concat(id, '!') AS said, item.a, item.b, item.a + 1 AS next {more}
             FROM STREAM(orders) LATERAL VIEW {outer} explode(items) i AS item"
        );
        let (one, two) = (run(&query(""), &records), run(&query(", concat(id, item.b) AS mixed"), &records));
        let own = rows(&two).map(|rows| rows.project(&[0, 1, 2, 3, 4]).expect("the columns of both"));
        let columns = |rows: Option<RecordBatch>| rows.map(|rows| rows.columns().to_vec());
        prop_assert_eq!(columns(rows(&one)), columns(own));
        prop_assert_eq!(&one.report.ledger.losses, &two.report.ledger.losses);
    }
}

/// More records than one chunk has, late ones and broken ones among them.
#[test]
fn threads_change_neither_rows_nor_their_order_nor_what_is_lost() {
    const QUERY: &str = "
        CREATE TEMPORARY VIEW o AS
        SELECT id, timestamp_seconds(at) AS ordered, item.b AS sku FROM STREAM(orders)
        LATERAL VIEW explode(items) i AS item;
        CREATE TEMPORARY VIEW p AS SELECT id AS paid_id, timestamp_seconds(at) AS paid FROM STREAM(payments);
        CREATE STREAMING TABLE paid AS
        SELECT o.*, p.paid FROM STREAM(o) WATERMARK ordered DELAY OF INTERVAL 60 SECONDS AS o
        LEFT JOIN STREAM(p) WATERMARK paid DELAY OF INTERVAL 60 SECONDS AS p
          ON o.id = p.paid_id AND p.paid BETWEEN o.ordered AND o.ordered + INTERVAL 30 SECONDS";
    let orders = "id STRING, at BIGINT, items ARRAY<STRUCT<a: INT, b: STRING>>";
    let schemas = schemas(&[("orders", orders), ("payments", "id STRING, at BIGINT")]);
    let pipeline = plan(QUERY, &schemas).expect("the query is valid");
    let outcome = |parallelism: usize| {
        let settings = Settings { parallelism, ..Settings::default() };
        let mut rig = Rig::start(&pipeline, settings).expect("it starts");
        let mut outcome = Vec::new();
        for batch in 0..3u32 {
            let numbers = batch * 20_000..(batch + 1) * 20_000;
            let at = |n: u32| if n % 50 == 7 { n / 100 - n.min(9_000) / 100 } else { n / 100 };
            rig.add(
                "orders",
                numbers.clone().map(|n| match n % 97 {
                    5 => r#"{"id": "broken"#.to_owned(),
                    6 => format!(r#"{{"id":"{n}","at":{},"items":[]}}"#, at(n)),
                    _ => format!(
                        r#"{{"id":"{n}","at":{},"items":[{{"b":"s{}"}},{{"b":"t"}}]}}"#,
                        at(n),
                        n % 10
                    ),
                }),
            );
            let paid = numbers.filter(|n| n % 3 > 0);
            rig.add("payments", paid.map(|n| format!(r#"{{"id":"{n}","at":{}}}"#, at(n) + n % 40)));
            let ran = rig.trigger().expect("the batch runs").expect("there are records");
            outcome.push((ran.rows, ran.report.ledger, ran.report.progress));
        }
        outcome
    };
    let one = outcome(1);
    assert!(one.iter().all(|(_, ledger, _)| !ledger.losses.is_empty() && !ledger.rejected.is_empty()));
    assert!(one.iter().map(|(rows, ..)| rows.len()).sum::<usize>() > 6);
    assert!(one == outcome(2), "two threads");
    assert!(one == outcome(5), "five threads");
}
