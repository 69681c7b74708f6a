use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::datatypes::Schema;
use bytes::Bytes;

use super::*;
use crate::memory::{MemoryStore, MemoryTables};
use crate::ports::{NewTable, StoredTable};
use crate::sink::{FileFormat, read_parquet};
use crate::source::ObjectFormat;
use crate::sql::plan_batch;
use crate::types::parse_ddl_schema;

/// A lake with some tables, and jobs over it.
#[derive(Default)]
struct Lake {
    store: MemoryStore,
    tables: MemoryTables,
}

impl Lake {
    fn new() -> Self {
        let mut lake = Self::default();
        lake.table("hits", "user STRING, price DOUBLE", "day STRING, hour STRING, minute STRING");
        lake.table("hourly", "user STRING, n BIGINT", "day STRING, hour INT");
        lake.table("users", "user STRING, name STRING", "");
        lake.table("flat", "user STRING, n BIGINT", "");
        for (hour, minute, rows) in [
            ("07", "00", r#"{"user":"a","price":1.5}{"user":"b"}"#),
            ("07", "30", r#"{"user":"a","price":2}"#),
            ("08", "00", r#"{"user":"b","price":4}{"user":"c","price":5}"#),
        ] {
            lake.hits(hour, minute, rows);
        }
        lake
    }

    fn table(&mut self, name: &str, columns: &str, keys: &str) {
        let keys = if keys.is_empty() { Schema::empty() } else { parse_ddl_schema(keys).unwrap() };
        self.tables.tables.push(StoredTable {
            database: "lake".into(),
            table: name.into(),
            schema: Arc::new(parse_ddl_schema(columns).unwrap()),
            partition_keys: Arc::new(keys),
            location: format!("s3://lake/{name}/"),
            format: ObjectFormat::JsonLines,
        });
    }

    fn put(&self, key: &str, rows: &str) {
        self.store.clone().put(key, Bytes::from(rows.replace("}{", "}\n{"))).unwrap();
    }

    fn register(&self, table: &str, values: &[&str], location: &str) {
        let values = values.iter().map(|value| (*value).to_owned()).collect();
        let key = (format!("lake.{table}"), values);
        self.tables.catalog.partitions.borrow_mut().insert(key, location.to_owned());
    }

    fn hits(&self, hour: &str, minute: &str, rows: &str) {
        let folder = format!("s3://lake/hits/day=2026-01-05/hour={hour}/minute={minute}");
        self.put(&format!("{folder}/raw.json"), rows);
        self.register("hits", &["2026-01-05", hour, minute], &folder);
    }

    fn job(&mut self, text: &str) -> BatchJob {
        let variables = BTreeMap::from([("hour".to_owned(), "07".to_owned())]);
        let program =
            plan_batch(text, &variables, &mut self.tables).unwrap_or_else(|e| panic!("{e} at {:?}", e.span));
        BatchJob::new(&program, &Session::default()).unwrap()
    }

    fn run_job(&mut self, job: &mut BatchJob, run: &str) -> Result<BatchJobReport> {
        let (mut store, mut catalog) = (self.store.clone(), self.tables.catalog.clone());
        let mut ports = BatchPorts { tables: &mut self.tables, store: &mut store, catalog: &mut catalog };
        job.run(&mut ports, &RunId::new(run).unwrap())
    }

    fn run(&mut self, text: &str, run: &str) -> Result<StatementReport> {
        let mut job = self.job(text);
        Ok(self.run_job(&mut job, run)?.statements.remove(0))
    }

    /// The rows of a table of JSON lines with the folders that they are in, sorted.
    fn rows(&self, table: &str) -> Vec<String> {
        let location = format!("s3://lake/{table}/");
        let mut rows = Vec::new();
        for key in self.store.keys() {
            let Some(path) = key.strip_prefix(&location) else { continue };
            let folder = path.rsplit_once('/').map_or(String::new(), |(folder, _)| format!("{folder} "));
            let body = self.store.clone().get(&key).unwrap().unwrap();
            let text = String::from_utf8(body.to_vec()).unwrap();
            rows.extend(text.lines().map(|line| format!("{folder}{line}")));
        }
        rows.sort();
        rows
    }

    /// The rows that a query gives, as lines of JSON.
    fn query(&mut self, columns: &str, text: &str) -> Vec<String> {
        if !self.tables.tables.iter().any(|t| t.table == "result") {
            self.table("result", columns, "");
        }
        self.run(&format!("INSERT OVERWRITE result {text}"), "q").unwrap();
        self.rows("result")
    }
}

const HOURLY: &str = "INSERT OVERWRITE hourly PARTITION (day, hour)
    SELECT user, count(*), day, int(hour) FROM hits WHERE day = '2026-01-05' AND hour = '${hour}' GROUP BY user, day, hour";

#[test]
fn only_the_partitions_that_a_query_wants_are_listed_and_read() {
    let mut lake = Lake::new();
    let mut job = lake.job(HOURLY);
    lake.store.take_calls();
    let report = lake.run_job(&mut job, "r1").unwrap().statements.remove(0);
    let folder = "s3://lake/hits/day=2026-01-05/hour=07/minute=";
    let written = "s3://lake/hourly/day=2026-01-05/hour=7/";
    assert_eq!(
        lake.store.take_calls(),
        [
            format!("list {folder}00/"),
            format!("list {folder}30/"),
            format!("get {folder}00/raw.json"),
            format!("get {folder}30/raw.json"),
            format!("put {written}part-r1.json"),
            format!("list {written}"),
        ]
    );
    assert_eq!((report.objects_read, report.rows_read, report.rows_written), (2, 3, 2));
    assert_eq!(report.partitions, [["2026-01-05", "7"]]);
    assert_eq!(
        lake.rows("hourly"),
        [r#"day=2026-01-05/hour=7 {"user":"a","n":2}"#, r#"day=2026-01-05/hour=7 {"user":"b","n":1}"#]
    );
}

#[test]
fn conditions_reach_the_table_through_views_joins_groups_and_unions() {
    let mut lake = Lake::new();
    for (query, folders) in [
        (
            "SELECT user, n FROM (SELECT user, hour AS h, count(*) AS n FROM hits GROUP BY user, hour) WHERE h = '08'",
            1,
        ),
        ("SELECT h.user, 1 FROM hits h JOIN users u ON h.user = u.user AND h.hour = '08'", 1),
        ("SELECT h.user, 1 FROM hits h LEFT JOIN users u ON h.user = u.user WHERE h.hour > '07'", 1),
        // The condition of an outer join rules out no row of the side that is kept.
        ("SELECT h.user, 1 FROM hits h LEFT JOIN users u ON h.user = u.user AND h.hour = '08'", 3),
        (
            "SELECT user, 1 FROM (SELECT user, hour FROM hits UNION ALL SELECT user, 'x' FROM users) WHERE hour = '08'",
            1,
        ),
        ("SELECT user, 1 FROM hits WHERE hour = '08' OR price > 4", 3),
        ("SELECT user, 1 FROM hits WHERE int(hour) + 1 = 9 AND price > 4", 1),
        (
            "SELECT user, n FROM (SELECT user, max(hour) AS h, count(*) AS n FROM hits GROUP BY user) WHERE h = '08'",
            3,
        ),
        ("SELECT user, 1 FROM hits WHERE hour = '09'", 0),
    ] {
        let mut job = lake.job(&format!("INSERT OVERWRITE flat {query}"));
        lake.store.take_calls();
        lake.run_job(&mut job, "r").unwrap();
        let listed =
            lake.store.take_calls().into_iter().filter(|call| call.starts_with("list s3://lake/hits/"));
        assert_eq!(listed.count(), folders, "{query}");
    }
}

#[test]
fn overwriting_twice_is_once_and_leaves_other_partitions_alone() {
    let mut lake = Lake::new();
    lake.put("s3://lake/hourly/day=2026-01-05/hour=6/old.json", r#"{"user":"z","n":9}"#);
    lake.register("hourly", &["2026-01-05", "6"], "s3://lake/hourly/day=2026-01-05/hour=6/");
    lake.run(HOURLY, "r1").unwrap();
    let once = lake.rows("hourly");
    assert_eq!(once.len(), 3);
    let again = lake.run(HOURLY, "r2").unwrap();
    assert_eq!((lake.rows("hourly"), again.objects_removed), (once.clone(), 1));
    lake.run(HOURLY, "r2").unwrap();
    assert_eq!(lake.rows("hourly"), once);
    // A late object makes the hour larger, and nothing else.
    lake.hits("07", "59", r#"{"user":"c"}"#);
    lake.run(HOURLY, "r3").unwrap();
    assert_eq!(lake.rows("hourly").len(), 4);
    assert_eq!(lake.tables.catalog.partitions.borrow().keys().filter(|(t, _)| t == "lake.hourly").count(), 2);
}

#[test]
fn appending_twice_doubles_unless_it_is_the_same_run() {
    let mut lake = Lake::new();
    let append = "INSERT INTO flat SELECT user, count(*) FROM hits GROUP BY user";
    lake.run(append, "r1").unwrap();
    lake.run(append, "r1").unwrap();
    assert_eq!(lake.rows("flat").len(), 3);
    lake.run(append, "r2").unwrap();
    assert_eq!(lake.rows("flat").len(), 6);
    // Two statements of one run do not write over each other.
    let twice = format!("{append}; {append}");
    let mut job = lake.job(&twice);
    lake.run_job(&mut job, "r3").unwrap();
    assert_eq!(lake.rows("flat").len(), 12);
    assert!(lake.store.keys().contains(&"s3://lake/flat/part-r3-1.json".to_owned()));
}

#[test]
fn a_run_that_died_anywhere_is_made_good_by_another() {
    let text = "INSERT OVERWRITE hourly PARTITION (day, hour)
        SELECT user, count(*), day, int(hour) FROM hits GROUP BY user, day, hour";
    let mut clean = Lake::new();
    clean.run(text, "old").unwrap();
    let old = clean.rows("hourly");
    clean.hits("08", "30", r#"{"user":"b"}"#);
    clean.run(text, "new").unwrap();
    for again in ["new", "other"] {
        for changes in 0..4 {
            let mut lake = Lake::new();
            lake.run(text, "old").unwrap();
            lake.hits("08", "30", r#"{"user":"b"}"#);
            lake.store.fail_after(Some(changes));
            lake.run(text, "new").unwrap_err();
            let lost = old.iter().filter(|row| !lake.rows("hourly").contains(row)).count();
            assert!(lost == 0 || changes > 2, "the old rows are there until all new ones are");
            lake.store.fail_after(None);
            lake.run(text, again).unwrap();
            assert_eq!(lake.rows("hourly"), clean.rows("hourly"), "{again} after {changes}");
        }
    }
}

#[test]
fn a_partition_that_is_named_is_replaced_even_by_nothing() {
    let mut lake = Lake::new();
    lake.run("INSERT INTO hourly PARTITION (day = '2026-01-05', hour = '07') SELECT user, 1 FROM hits", "r1")
        .unwrap();
    assert_eq!(lake.rows("hourly")[0], r#"day=2026-01-05/hour=7 {"user":"a","n":1}"#);
    let empty = "SELECT user, 1 FROM hits WHERE false";
    lake.run("INSERT OVERWRITE hourly PARTITION (day = '2026-01-05', hour) SELECT user, 1, 7 FROM hits WHERE false", "r2").unwrap();
    assert_eq!(lake.rows("hourly").len(), 5);
    lake.run(&format!("INSERT OVERWRITE hourly PARTITION (day = '2026-01-05', hour = 7) {empty}"), "r3")
        .unwrap();
    assert!(lake.rows("hourly").is_empty());
    lake.run("INSERT INTO flat SELECT user, 1 FROM hits", "r4").unwrap();
    lake.run(&format!("INSERT OVERWRITE flat {empty}"), "r5").unwrap();
    assert!(lake.rows("flat").is_empty());
}

#[test]
fn a_registered_place_is_written_and_values_are_compared_by_their_type() {
    let mut lake = Lake::new();
    lake.register("hourly", &["2026-01-05", "07"], "s3://lake/elsewhere/seven");
    lake.run(HOURLY, "r1").unwrap();
    assert!(lake.store.keys().contains(&"s3://lake/elsewhere/seven/part-r1.json".to_owned()));
    assert_eq!(lake.tables.catalog.partitions.borrow().keys().filter(|(t, _)| t == "lake.hourly").count(), 1);
}

#[test]
fn queries_answer_as_a_batch_query_does() {
    let mut lake = Lake::new();
    lake.put(
        "s3://lake/users/1.json",
        r#"{"user":"a","name":"Ann"}{"user":"a","name":"Anna"}{"user":"d","name":"Dan"}{"name":"Nobody"}"#,
    );
    let mut check = |text: &str, expected: &[&str]| {
        assert_eq!(lake.query("u STRING, v STRING, n DOUBLE", text), expected, "{text}");
    };
    check("SELECT 'all', null, count(*) FROM hits", &[r#"{"u":"all","n":5.0}"#]);
    check("SELECT 'none', null, sum(price) FROM hits WHERE false", &[r#"{"u":"none"}"#]);
    check("SELECT user, null, count(*) FROM hits WHERE false GROUP BY user", &[]);
    check(
        "SELECT user, null, sum(price) FROM hits GROUP BY user HAVING count(*) > 1",
        &[r#"{"u":"a","n":3.5}"#, r#"{"u":"b","n":4.0}"#],
    );
    check(
        "SELECT 'distinct', min(DISTINCT user), count(DISTINCT user) FROM hits",
        &[r#"{"u":"distinct","v":"a","n":3.0}"#],
    );
    check(
        "SELECT hour, null, count(DISTINCT user, minute) + sum(price) FROM hits GROUP BY hour",
        &[r#"{"u":"07","n":6.5}"#, r#"{"u":"08","n":11.0}"#],
    );
    check(
        "SELECT DISTINCT user, hour, 1 FROM hits WHERE user <> 'c'",
        &[r#"{"u":"a","v":"07","n":1.0}"#, r#"{"u":"b","v":"07","n":1.0}"#, r#"{"u":"b","v":"08","n":1.0}"#],
    );
    check(
        "SELECT user, null, 1 FROM (SELECT user FROM users UNION ALL SELECT user FROM hits) WHERE user > 'b'",
        &[r#"{"u":"c","n":1.0}"#, r#"{"u":"d","n":1.0}"#],
    );
    check(
        "SELECT string(w.start), null, n FROM (SELECT window(timestamp_seconds(price), '4 seconds') AS w, count(*) AS n FROM hits GROUP BY 1)",
        &[r#"{"u":"1970-01-01 00:00:00","n":2.0}"#, r#"{"u":"1970-01-01 00:00:04","n":2.0}"#],
    );
}

#[test]
fn joins_need_no_watermark_and_give_rows_without_a_match() {
    let mut lake = Lake::new();
    lake.put(
        "s3://lake/users/1.json",
        r#"{"user":"a","name":"Ann"}{"user":"a","name":"Anna"}{"user":"d","name":"Dan"}{"name":"Nobody"}"#,
    );
    let (ann, anna) = (r#"{"u":"a","v":"Ann"}"#, r#"{"u":"a","v":"Anna"}"#);
    let (b, c, d, nobody) = (r#"{"u":"b"}"#, r#"{"u":"c"}"#, r#"{"v":"Dan"}"#, r#"{"v":"Nobody"}"#);
    let from = "(SELECT DISTINCT user FROM hits) h";
    let mut check = |kind: &str, on: &str, expected: &[&str]| {
        let semi = kind.contains("SEMI") || kind.contains("ANTI");
        let name = if semi { "null" } else { "u.name" };
        let text = format!("SELECT h.user, {name}, null FROM {from} {kind} JOIN users u ON {on}");
        assert_eq!(lake.query("u STRING, v STRING, n DOUBLE", &text), expected, "{text}");
    };
    let on = "h.user = u.user";
    check("INNER", on, &[ann, anna]);
    check("LEFT", on, &[ann, anna, b, c]);
    check("RIGHT", on, &[ann, anna, d, nobody]);
    check("FULL OUTER", on, &[ann, anna, b, c, d, nobody]);
    check("LEFT SEMI", on, &[r#"{"u":"a"}"#]);
    check("LEFT ANTI", on, &[b, c]);
    check(
        "FULL OUTER",
        "h.user = u.user AND u.name = 'Ann'",
        &[ann, b, c, anna.replace("\"u\":\"a\",", "").as_str(), d, nobody],
    );
    check(
        "LEFT",
        "h.user > u.user",
        &[
            r#"{"u":"a"}"#,
            r#"{"u":"b","v":"Ann"}"#,
            r#"{"u":"b","v":"Anna"}"#,
            r#"{"u":"c","v":"Ann"}"#,
            r#"{"u":"c","v":"Anna"}"#,
        ],
    );
    check("INNER", "nullif(h.user, 'a') <=> u.user", &[r#"{"u":"a","v":"Nobody"}"#]);
}

#[test]
fn a_join_is_the_same_whether_its_pairs_come_in_one_chunk_or_in_many() {
    let mut lake = Lake::default();
    lake.table("numbers", "n BIGINT", "");
    let rows: String = (0..700).map(|n| format!("{{\"n\":{n}}}")).collect();
    lake.put("s3://lake/numbers/1.json", &rows);
    // 490,000 pairs, of which each n has those with the same rest.
    let text = "SELECT a.n % 10, count(*) FROM numbers a LEFT JOIN numbers b ON a.n % 10 = b.n % 10 AND a.n <= b.n \
                GROUP BY 1";
    let lines = lake.query("r BIGINT, c BIGINT", text);
    assert_eq!(lines.len(), 10);
    assert!(lines.iter().all(|line| line.contains("\"c\":2485")), "{lines:?}");
}

#[test]
fn what_cannot_be_done_is_refused_by_name() {
    let mut lake = Lake::new();
    for (query, message) in [
        (
            "SELECT user, row_number() OVER (PARTITION BY user ORDER BY hour) FROM hits",
            "the row window `row_number() OVER (…)` is not supported in a batch job",
        ),
        (
            "SELECT user, sum(DISTINCT int(price)) FROM hits GROUP BY user",
            "`sum(DISTINCT …)` is not supported in a batch job",
        ),
    ] {
        let text = format!("INSERT INTO flat {query}");
        let program = plan_batch(&text, &BTreeMap::new(), &mut lake.tables).unwrap();
        let error = BatchJob::new(&program, &Session::default()).err().unwrap();
        assert_eq!(error.to_string(), message);
    }
    for name in ["", "a/b", "a b"] {
        RunId::new(name).unwrap_err();
    }
}

#[test]
fn values_that_do_not_fit_stop_the_job_before_it_writes() {
    let mut lake = Lake::new();
    let error = lake
        .run("INSERT OVERWRITE hourly PARTITION (day, hour) SELECT user, 1, day, 5000000000 FROM hits", "r")
        .unwrap_err();
    assert!(error.to_string().starts_with("[CAST_OVERFLOW_IN_TABLE_INSERT] Fail to insert a value of \"BIGINT\" type into the \"INT\" type column `hour`"), "{error}");
    assert!(lake.rows("hourly").is_empty());
}

#[test]
fn rows_that_do_not_decode_are_reported_with_their_place() {
    let mut lake = Lake::new();
    lake.hits("07", "45", r#"{"user":"a"}{"user":"a","price":"x"}{broken"#);
    let report = lake.run(HOURLY, "r").unwrap();
    let object = "s3://lake/hits/day=2026-01-05/hour=07/minute=45/raw.json";
    let places: Vec<_> = report
        .rejected
        .iter()
        .map(|r| (r.table.as_str(), r.object.as_str(), r.row, r.field.as_deref()))
        .collect();
    assert_eq!(places, [("lake.hits", object, 1, Some("price")), ("lake.hits", object, 2, None)]);
}

#[test]
fn a_new_table_is_created_and_can_be_read_in_the_same_run() {
    let mut lake = Lake::new();
    lake.tables.new = Some(NewTable {
        database: "lake".into(),
        location: "s3://lake/".into(),
        format: FileFormat::Parquet,
    });
    let mut job = lake.job(
        "INSERT INTO made PARTITION (hour) SELECT user, price, hour FROM hits;
         INSERT INTO flat SELECT user, count(*) FROM made GROUP BY user",
    );
    // Its partitions are registered by the first statement.
    let report = lake.run_job(&mut job, "r").unwrap();
    assert_eq!(report.statements[0].partitions, [["07"], ["08"]]);
    assert_eq!(lake.tables.catalog.tables.borrow()[0].table, "made");
    let object = lake.store.clone().get("s3://lake/made/hour=08/part-r.snappy.parquet").unwrap().unwrap();
    assert_eq!(read_parquet(object).unwrap()[0].num_rows(), 2);
    assert_eq!(
        lake.rows("flat"),
        [r#"{"user":"a","n":2}"#, r#"{"user":"b","n":2}"#, r#"{"user":"c","n":1}"#]
    );
}

#[test]
fn a_run_can_be_over_given_objects_alone() {
    let mut lake = Lake::new();
    let mut job = lake.job("INSERT INTO flat SELECT user, int(hour) FROM hits");
    let key = "s3://lake/hits/day=2026-01-05/hour=08/minute=00/raw.json";
    lake.tables.only.insert("hits".into(), vec![key.to_owned()]);
    lake.store.take_calls();
    lake.run_job(&mut job, "5c2a").unwrap();
    assert_eq!(
        lake.store.take_calls(),
        [format!("get {key}"), "put s3://lake/flat/part-5c2a.json".to_owned()]
    );
    assert_eq!(lake.rows("flat"), [r#"{"user":"b","n":8}"#, r#"{"user":"c","n":8}"#]);
    lake.tables.only.insert("hits".into(), vec!["s3://lake/hits/gone.json".into()]);
    let error = lake.run_job(&mut job, "x").unwrap_err();
    assert_eq!(error.to_string(), "object `s3://lake/hits/gone.json` cannot be read: it does not exist");
}
