//! Tables are what the catalog says of them: columns, types, partitions; objects only hold the rows.

use super::rig::{JSON, PARQUET, Rig};

fn partitioned() -> Rig {
    let rig = Rig::new();
    rig.table(
        "hits",
        JSON,
        &[("GroupID", "int"), ("at", "timestamp")],
        &[("day", "date"), ("hour", "int")],
        &[],
    );
    for (day, hour) in [("2026-01-04", 9), ("2026-01-05", 9), ("2026-01-05", 10)] {
        rig.put(
            &format!("hits/day={day}/hour={hour}/a.json"),
            &format!("{{\"GroupID\": {hour}, \"at\": \"{day} 10:00:00.5\", \"other\": [1]}}\n\n{{\"groupid\": null}}\n"),
        );
    }
    rig.run("MSCK REPAIR TABLE hits").unwrap();
    rig
}

#[test]
fn keys_come_from_the_catalog_and_names_have_no_case() {
    let rig = partitioned();
    assert_eq!(
        rig.lines("SELECT groupid, AT, day, hour FROM Hits WHERE groupid IS NOT NULL ORDER BY day, hour"),
        [
            "9 | 2026-01-04 10:00:00.500 | 2026-01-04 | 9",
            "9 | 2026-01-05 10:00:00.500 | 2026-01-05 | 9",
            "10 | 2026-01-05 10:00:00.500 | 2026-01-05 | 10",
        ]
    );
    assert_eq!(rig.lines("SELECT count(*) FROM hits"), ["6"]);
    assert_eq!(
        rig.lines("SELECT DISTINCT \"$path\" FROM hits WHERE hour = 10"),
        ["s3://lake/hits/day=2026-01-05/hour=10/a.json"]
    );
}

/// A partition whose object cannot be read shows which ones a query reads.
fn with_a_broken_partition() -> Rig {
    let rig = partitioned();
    rig.put("hits/day=2026-01-06/hour=0/a.json", "this is no JSON\n");
    rig.run("ALTER TABLE hits ADD PARTITION (day = '2026-01-06', hour = 0)").unwrap();
    rig
}

#[test]
fn objects_of_partitions_that_are_not_wanted_are_not_read() {
    let rig = with_a_broken_partition();
    assert!(rig.refusal("SELECT count(groupid) FROM hits").contains("HIVE_CURSOR_ERROR"));
    for wanted in [
        "day < DATE '2026-01-06'",
        "day IN (DATE '2026-01-04', DATE '2026-01-05')",
        "hour > 0",
        "hour BETWEEN 5 AND 12 AND groupid > 0",
        "NOT (hour = 0)",
        "(day, hour) <> (DATE '2026-01-06', 0)",
        "date_trunc('month', day) = DATE '2026-01-01' AND hour + 1 > 1",
        "(hour = 9 OR hour = 10) AND groupid IS NOT NULL",
    ] {
        rig.run(&format!("SELECT count(groupid) FROM hits WHERE {wanted}"))
            .unwrap_or_else(|reason| panic!("{wanted}: {reason}"));
    }
    rig.run("SELECT count(*) FROM hits h JOIN (VALUES 9) v(x) ON h.groupid = v.x AND h.hour > 0").unwrap();
    rig.run("SELECT count(*) FROM (VALUES 9) v(x) LEFT JOIN hits h ON h.groupid = v.x AND h.hour > 0")
        .unwrap();
    rig.run("WITH w AS (SELECT * FROM hits WHERE hour > 0) SELECT count(groupid) FROM w").unwrap();
}

#[test]
fn partitions_that_a_query_needs_are_read_whatever_it_looks_like() {
    let rig = with_a_broken_partition();
    for needed in [
        // Any row may do here.
        "SELECT count(groupid) FROM hits WHERE hour > 0 OR groupid > 0",
        // Rows without a partner are filled with nulls, which no partition has.
        "SELECT count(*) FROM (VALUES 9) v(x) LEFT JOIN hits h ON h.groupid = v.x WHERE h.hour IS NULL",
        "SELECT count(*) FROM hits h RIGHT JOIN (VALUES 9) v(x) ON h.groupid = v.x WHERE h.hour IS NULL",
        // The condition is about the row outside.
        "SELECT count(groupid) FROM hits h WHERE NOT EXISTS (SELECT 1 FROM (VALUES 1) v(x) WHERE h.hour > 0)",
        "SELECT count(groupid) FROM hits WHERE rand() < 2 AND groupid IS NULL",
    ] {
        assert!(rig.refusal(needed).contains("HIVE_CURSOR_ERROR"), "{needed}");
    }
}

#[test]
fn columns_of_parquet_are_found_by_name_and_missing_ones_are_null() {
    let rig = Rig::new();
    rig.run("CREATE TABLE old WITH (external_location = 's3://lake/events/') AS SELECT 1 AS id, CAST(ROW(7) AS ROW(a integer)) AS s, 'x' AS gone")
        .unwrap();
    rig.run("CREATE TABLE new WITH (external_location = 's3://lake/more/') AS SELECT 'y' AS added, CAST(2 AS bigint) AS id").unwrap();
    let object = rig.execution(&rig.run("SELECT \"$path\" FROM new").unwrap());
    assert_eq!(object.status.state_change_reason, None);
    let key = rig.lines("SELECT \"$path\" FROM new")[0].trim_start_matches("s3://lake/").to_owned();
    let body = rig.get(&key);
    let request = wavetank::emulator::s3::PutObjectRequest::new("lake", "events/second.parquet", body);
    rig.emulator.call::<wavetank::emulator::s3::PutObject>(super::rig::NOW, request).unwrap();
    rig.table(
        "events",
        PARQUET,
        &[("added", "string"), ("ID", "bigint"), ("s", "struct<a:bigint,b:string>"), ("never", "double")],
        &[],
        &[],
    );
    assert_eq!(
        rig.lines("SELECT id, added, s, s.a, never FROM events ORDER BY id"),
        ["1 | null | {a=7, b=null} | 7 | null", "2 | y | null | null | null"]
    );
}

#[test]
fn types_of_columns_are_those_of_the_catalog() {
    let rig = Rig::new();
    let columns = [
        ("tiny", "tinyint"),
        ("price", "decimal(10,2)"),
        ("day", "date"),
        ("tags", "array<string>"),
        ("counts", "map<string,int>"),
        ("nest", "struct<x:double,items:array<struct<id:int>>>"),
        ("code", "char(4)"),
        ("name", "varchar(5)"),
    ];
    rig.table("typed", JSON, &columns, &[], &[]);
    rig.put(
        "typed/a.json",
        r#"{"tiny":1,"price":12.5,"day":"2026-01-05","tags":["a",null],"counts":{"k":2},"Nest":{"X":1.5,"items":[{"ID":3}]},"code":"ab","name":"wave"}"#,
    );
    assert_eq!(
        rig.lines("SELECT tiny, price, day, tags, counts, nest, nest.items[1].id, name FROM typed"),
        ["1 | 12.50 | 2026-01-05 | [a, null] | {k=2} | {x=1.5, items=[{id=3}]} | 3 | wave"]
    );
    assert_eq!(
        rig.lines("SELECT typeof(price), typeof(nest), typeof(counts) FROM typed"),
        ["decimal(10,2) | row(x double, items array(row(id integer))) | map(varchar, integer)"]
    );
    rig.put("typed/b.json", "{\"tiny\": \"many\"}\n");
    assert!(rig.refusal("SELECT tiny FROM typed").contains("many"));
}

#[test]
fn tables_of_other_formats_are_refused_by_name() {
    let rig = Rig::new();
    rig.table("orc", "org.apache.hadoop.hive.ql.io.orc.OrcSerde", &[("a", "int")], &[], &[]);
    assert!(rig.refusal("SELECT * FROM orc").contains("OrcSerde is not supported"));
    rig.table("ice", PARQUET, &[("a", "int")], &[], &[("table_type", "ICEBERG")]);
    assert!(rig.refusal("SELECT * FROM ice").contains("Iceberg tables are not supported"));
}

#[test]
fn what_is_written_is_read_again() {
    let rig = Rig::new();
    for format in ["PARQUET", "JSON", "TEXTFILE"] {
        let name = format.to_lowercase();
        rig.run(&format!(
            "CREATE TABLE {name} WITH (format = '{format}', partitioned_by = ARRAY['k']) AS SELECT * FROM (VALUES \
             (1, 'it''s \"x\"', 1.5e0, true, DATE '2026-01-05', 'a:b'), (2, NULL, NULL, NULL, NULL, 'c')) t(n, word, x, yes, day, k)"
        ))
        .unwrap();
        rig.run(&format!(
            "INSERT INTO {name} VALUES (3, '', 0e0, false, NULL, 'c'), (4, 'd', 1e10, NULL, NULL, 'new/key')"
        ))
        .unwrap();
        let expected = [
            "1 | it's \"x\" | 1.5 | true | 2026-01-05 | a:b",
            "2 | null | null | null | null | c",
            "3 |  | 0.0 | false | null | c",
            "4 | d | 1.0E10 | null | null | new/key",
        ];
        assert_eq!(rig.lines(&format!("SELECT * FROM {name} ORDER BY n")), expected, "{format}");
        assert_eq!(rig.lines(&format!("SELECT n FROM {name} WHERE k = 'new/key'")), ["4"], "{format}");
    }
    assert!(rig.refusal("INSERT INTO json VALUES (1)").contains("mismatched column types"));
    assert!(rig.refusal("CREATE TABLE json AS SELECT 1 AS a").contains("already exists"));
}
