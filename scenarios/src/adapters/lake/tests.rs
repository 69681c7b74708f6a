use std::collections::BTreeMap;
use std::sync::Arc;

use wavetank_emulator::glue::{
    CreateDatabase, CreateDatabaseRequest, CreateTable, CreateTableRequest, TableInput,
};
use wavetank_emulator::s3::{CreateBucket, CreateBucketRequest};
use wavetank_emulator::{Emulator, Identity, Storage};
use wavetank_engine::batch_job::{BatchJob, BatchJobReport, BatchPorts, RunId};
use wavetank_engine::checkpoint::Checkpoint;
use wavetank_engine::frame::{Frames, Named};
use wavetank_engine::plan::{OutputMode, Pipeline, RecordFormat};
use wavetank_engine::ports::{Catalog, TableDefinition};
use wavetank_engine::query::{QueryOptions, QueryParts, StreamingQuery, output_schema};
use wavetank_engine::session::Session;
use wavetank_engine::sink::{FileFormat, FileSink, FileTarget, read_parquet};
use wavetank_engine::source::{FileOptions, FileSource, Source};
use wavetank_engine::sql::plan_batch;
use wavetank_engine::types::parse_ddl_schema;

use super::*;
use crate::adapters::GlueCatalog;
use crate::clock::VirtualClock;

fn services() -> Services {
    let emulator = Arc::new(Emulator::open(Storage::Memory, Identity::default()).unwrap());
    let services = Services { emulator, clock: VirtualClock::at(0) };
    services.call::<CreateBucket>(CreateBucketRequest::new("lake")).unwrap();
    for database in ["raw", "aggregated"] {
        services.call::<CreateDatabase>(CreateDatabaseRequest::new(database)).unwrap();
    }
    services
}

fn columns(ddl: &[(&str, &str)]) -> Vec<Column> {
    ddl.iter().map(|(name, kind)| Column::new(*name, *kind)).collect()
}

fn create(
    services: &Services,
    database: &str,
    table: &str,
    format: &[(&str, &str)],
    own: &[(&str, &str)],
    keys: &[(&str, &str)],
) {
    let parameters = format.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let input = TableInput {
        name: Some(table.to_owned()),
        storage_descriptor: Some(StorageDescriptor {
            columns: Some(columns(own)),
            location: Some(format!("s3://lake/{database}/{table}")),
            ..Default::default()
        }),
        partition_keys: Some(columns(keys)),
        parameters: Some(parameters.collect()),
        ..Default::default()
    };
    services.call::<CreateTable>(CreateTableRequest::new(database, input)).unwrap();
}

fn run(services: &Services, text: &str, run: &str) -> BatchJobReport {
    let mut tables = GlueTables::new(services.clone(), "raw");
    let variables = BTreeMap::from([("hour".to_owned(), "13".to_owned())]);
    let program = plan_batch(text, &variables, &mut tables).unwrap_or_else(|e| panic!("{e} at {:?}", e.span));
    let mut job = BatchJob::new(&program, &Session::default()).unwrap();
    let (mut store, mut catalog) = (Lake(services.clone()), GlueCatalog(services.clone()));
    let mut ports = BatchPorts { tables: &mut tables, store: &mut store, catalog: &mut catalog };
    job.run(&mut ports, &RunId::new(run).unwrap()).unwrap()
}

fn text(services: &Services, key: &str) -> String {
    String::from_utf8(Lake(services.clone()).get(key).unwrap().unwrap().to_vec()).unwrap()
}

const HITS: &[(&str, &str)] = &[("country", "string"), ("agent", "string"), ("domain", "string")];
const HOUR: &[(&str, &str)] =
    &[("year", "string"), ("month", "string"), ("day", "string"), ("hour", "string")];

/// Raw hits of two hours, an object for each minute, all of its partitions registered.
fn hits(services: &Services) {
    let keys = [HOUR, &[("minute", "string")]].concat();
    create(services, "raw", "hits", &[("classification", "json"), ("multiLine", "true")], HITS, &keys);
    let table = GlueTables::new(services.clone(), "raw").table(None, "hits").unwrap().unwrap();
    let mut partitions = BTreeMap::new();
    for (hour, minutes) in [("12", 2), ("13", 60)] {
        for minute in 0..minutes {
            let folder =
                format!("s3://lake/raw/hits/year=2024/month=07/day=09/hour={hour}/minute={minute:02}");
            let body = format!(
                "[{{\"country\": \"BR\",\n \"agent\": \"a{}\", \"domain\": \"x.com\"}},\n {{\"country\": \"US\"}}]",
                minute % 3
            );
            Lake(services.clone()).put(&format!("{folder}/raw.json"), Bytes::from(body)).unwrap();
            let values = ["2024", "07", "09", hour, &format!("{minute:02}")].map(str::to_owned);
            partitions.insert(values.to_vec(), folder);
        }
    }
    let definition = TableDefinition {
        database: "raw".into(),
        table: "hits".into(),
        schema: table.schema.clone(),
        partition_keys: table.partition_keys.clone(),
        location: table.location.clone(),
        format: FileFormat::Json,
    };
    GlueCatalog(services.clone()).ensure_partitions(&definition, &partitions).unwrap();
}

const AGGREGATIONS: &str = "
    CREATE TEMPORARY VIEW hits_of_hour AS
      SELECT * FROM \"raw\".hits WHERE year = '2024' AND month = '07' AND day = '09' AND hour = '${hour}';
    INSERT OVERWRITE aggregated.by_country PARTITION (year, month, day, hour)
      SELECT country, count(*), year, month, day, hour FROM hits_of_hour GROUP BY country, year, month, day, hour;
    INSERT OVERWRITE aggregated.by_agent PARTITION (year, month, day, hour)
      SELECT agent, count(*) AS hits, year, month, day, hour FROM hits_of_hour GROUP BY agent, year, month, day, hour;
    INSERT OVERWRITE aggregated.by_domain PARTITION (year, month, day, hour)
      SELECT domain, country, count(*), year, month, day, hour FROM hits_of_hour
      GROUP BY domain, country, year, month, day, hour;";

#[test]
fn an_hour_is_aggregated_into_three_tables_and_again_without_counting_twice() {
    let services = services();
    hits(&services);
    let hits = ("hitcount", "bigint");
    create(
        &services,
        "aggregated",
        "by_country",
        &[("classification", "json")],
        &[("country", "string"), hits],
        HOUR,
    );
    create(
        &services,
        "aggregated",
        "by_agent",
        &[("classification", "parquet")],
        &[("agent", "string"), hits],
        HOUR,
    );
    let by_domain = [("domain", "string"), ("country", "string"), ("hitcount", "int")];
    create(&services, "aggregated", "by_domain", &[("classification", "json")], &by_domain, HOUR);
    let report = run(&services, AGGREGATIONS, "hour-13");
    for statement in &report.statements {
        assert_eq!((statement.objects_read, statement.rows_read), (60, 120), "{}", statement.target);
        assert_eq!(statement.partitions, [["2024", "07", "09", "13"]]);
        assert!(statement.rejected.is_empty());
    }
    let country = "s3://lake/aggregated/by_country/year=2024/month=07/day=09/hour=13/part-hour-13.json";
    let counted = "{\"country\":\"BR\",\"hitcount\":60}\n{\"country\":\"US\",\"hitcount\":60}\n";
    assert_eq!(text(&services, country), counted);
    let agents =
        "s3://lake/aggregated/by_agent/year=2024/month=07/day=09/hour=13/part-hour-13.snappy.parquet";
    let rows = read_parquet(Lake(services.clone()).get(agents).unwrap().unwrap()).unwrap();
    assert_eq!((rows[0].num_rows(), rows[0].schema().field(1).name().as_str()), (4, "hitcount"));
    // A late object; then the hour again, under another name.
    let late = "s3://lake/raw/hits/year=2024/month=07/day=09/hour=13/minute=59/late.json";
    Lake(services.clone()).put(late, Bytes::from_static(b"{\"country\": \"US\"}")).unwrap();
    let report = run(&services, AGGREGATIONS, "again");
    assert!(report.statements.iter().all(|statement| statement.objects_removed == 1));
    let objects = Lake(services.clone()).list("s3://lake/aggregated/by_country/").unwrap();
    assert_eq!(objects, [country.replace("hour-13.", "again.")]);
    assert_eq!(
        text(&services, &objects[0]),
        counted.replace("\"US\",\"hitcount\":60", "\"US\",\"hitcount\":61")
    );
    // The partition is registered once.
    let mut tables = GlueTables::new(services.clone(), "aggregated");
    let table = tables.table(None, "by_country").unwrap().unwrap();
    let partitions = tables.partitions(&table).unwrap();
    assert_eq!(partitions.len(), 1);
    assert_eq!(partitions[0].location, "s3://lake/aggregated/by_country/year=2024/month=07/day=09/hour=13/");
}

#[test]
fn partitions_are_listed_beyond_a_page() {
    let services = services();
    create(&services, "raw", "many", &[("classification", "parquet")], &[("a", "int")], &[("n", "int")]);
    let mut tables = GlueTables::new(services.clone(), "raw");
    let table = tables.table(Some("RAW"), "Many").unwrap().unwrap();
    let definition = TableDefinition {
        database: "raw".into(),
        table: "many".into(),
        schema: table.schema.clone(),
        partition_keys: table.partition_keys.clone(),
        location: table.location.clone(),
        format: FileFormat::Parquet,
    };
    let partitions = (0..1050).map(|n| (vec![n.to_string()], format!("{}n={n}/", table.location))).collect();
    GlueCatalog(services.clone()).ensure_partitions(&definition, &partitions).unwrap();
    let listed = tables.partitions(&table).unwrap();
    assert_eq!(listed.len(), 1050);
    assert!(listed.iter().all(|p| p.location == format!("s3://lake/raw/many/n={}/", p.values[0])));
    assert_eq!(tables.names().unwrap(), ["many"]);
}

#[test]
fn tables_that_a_job_cannot_read_say_why() {
    let services = services();
    create(&services, "raw", "csv", &[("classification", "csv")], &[("a", "int")], &[]);
    create(&services, "raw", "odd", &[("classification", "json")], &[("a", "intt")], &[]);
    let mut tables = GlueTables::new(services.clone(), "raw");
    assert_eq!(tables.table(None, "none").unwrap(), None);
    assert_eq!(tables.table(Some("none"), "csv").unwrap(), None);
    assert_eq!(tables.table(None, "csv").unwrap_err().to_string(), "table `csv` is neither JSON nor Parquet");
    let error = tables.table(None, "odd").unwrap_err().to_string();
    assert!(error.starts_with("column `a` of table `odd` has an unknown type: "), "{error}");
    Lake(services).get("lake/x").unwrap_err();
}

#[test]
fn one_object_becomes_one_file_on_arrival() {
    let services = services();
    let own = [("uuid", "string"), ("name", "string"), ("age", "int")];
    create(&services, "raw", "users_json", &[("classification", "json"), ("multiLine", "true")], &own, &[]);
    let mut tables = GlueTables::new(services.clone(), "raw");
    let parquet = NewTable {
        database: "raw".into(),
        location: "s3://lake/users_parquet/".into(),
        format: FileFormat::Parquet,
    };
    tables.new_tables.insert("raw.users_parquet".into(), parquet);
    let text = "INSERT INTO users_parquet SELECT * FROM users_json";
    let program = plan_batch(text, &BTreeMap::new(), &mut tables).unwrap();
    let mut job = BatchJob::new(&program, &Session::default()).unwrap();
    let (mut store, mut catalog) = (Lake(services.clone()), GlueCatalog(services.clone()));
    for id in ["a1", "b2"] {
        let key = format!("s3://lake/raw/users_json/{id}.json");
        let body = format!("{{\n  \"uuid\": \"{id}\",\n  \"age\": 7\n}}");
        store.put(&key, Bytes::from(body)).unwrap();
        tables.only.insert("raw.users_json".into(), vec![key]);
        let mut ports = BatchPorts { tables: &mut tables, store: &mut store, catalog: &mut catalog };
        let report = job.run(&mut ports, &RunId::new(id).unwrap()).unwrap();
        assert_eq!(
            report.statements[0].objects,
            [format!("s3://lake/users_parquet/part-{id}.snappy.parquet")]
        );
        let rows = read_parquet(store.get(&report.statements[0].objects[0]).unwrap().unwrap()).unwrap();
        assert_eq!(rows[0].num_rows(), 1);
        assert_eq!(rows[0].num_columns(), 3);
    }
    assert_eq!(store.list("s3://lake/users_parquet/").unwrap().len(), 2);
}

const EVENTS: &str = "id STRING, user_id STRING, amount BIGINT";

/// A query over the objects in one folder that writes another.
fn query(
    services: &Services,
    pipeline: &Pipeline,
    from: (&str, ObjectFormat),
    to: &str,
    mode: OutputMode,
) -> StreamingQuery {
    let bucket = || Box::new(BucketStore { services: services.clone(), bucket: "lake".into() });
    let checkpoint = format!("checkpoints/{to}/");
    let options = FileOptions {
        prefix: format!("{}/", from.0),
        format: from.1,
        schema: pipeline.sources[0].schema.clone(),
        files_per_trigger_max: None,
        session: Session::default(),
    };
    let source = FileSource::new(options, bucket(), (bucket(), &checkpoint), 0);
    let target = FileTarget {
        database: "aggregated".into(),
        table: to.into(),
        location: format!("s3://lake/{to}/"),
        prefix: format!("{to}/"),
        partition_by: vec![],
        format: FileFormat::Parquet,
        replace: mode == OutputMode::Complete,
    };
    let catalog = Box::new(GlueCatalog(services.clone()));
    let schema = output_schema(pipeline);
    let sink = FileSink::new(target, &schema, Session::default(), bucket(), catalog).unwrap();
    let parts = QueryParts {
        sources: vec![Box::new(source) as Box<dyn Source>],
        sink: Box::new(sink),
        checkpoint: Checkpoint::new(bucket(), &*checkpoint),
        options: QueryOptions { mode, ..QueryOptions::default() },
    };
    StreamingQuery::start(pipeline, parts, 0).unwrap()
}

#[test]
fn bronze_becomes_silver_and_silver_becomes_gold_across_restarts() {
    let services = services();
    let mut frames = Frames::default();
    let bronze =
        frames.stream("bronze", Arc::new(parse_ddl_schema(EVENTS).unwrap()), RecordFormat::default());
    let deduplicated = frames.deduplicate(bronze, &["id".to_owned()], false).unwrap();
    let silver = frames.pipeline(deduplicated, "silver");
    let mut frames = Frames::default();
    let read = frames.stream("silver", Arc::new(parse_ddl_schema(EVENTS).unwrap()), RecordFormat::default());
    let named = |expr: &str, name: &str| Named { expr: expr.to_owned(), name: Some(name.to_owned()) };
    let counted = [named("count(1)", "events"), named("sum(amount)", "amount")];
    let counted = frames.aggregate(read, None, &[named("user_id", "user_id")], &counted).unwrap();
    let gold = frames.pipeline(counted, "gold");
    let trigger = |restart: &mut Option<(StreamingQuery, StreamingQuery)>| {
        let (first, second) = restart.get_or_insert_with(|| {
            (
                query(&services, &silver, ("bronze", ObjectFormat::JsonLines), "silver", OutputMode::Append),
                query(&services, &gold, ("silver", ObjectFormat::Parquet), "gold", OutputMode::Complete),
            )
        });
        [first.run_batch(0).unwrap().is_some(), second.run_batch(0).unwrap().is_some()]
    };
    let mut running = None;
    assert_eq!(trigger(&mut running), [false, false]);
    let put = |name: &str, rows: &'static str| {
        Lake(services.clone())
            .put(&format!("s3://lake/bronze/{name}"), Bytes::from_static(rows.as_bytes()))
            .unwrap();
    };
    put(
        "1.json",
        "{\"id\":\"1\",\"user_id\":\"a\",\"amount\":5}\n{\"id\":\"1\",\"user_id\":\"a\",\"amount\":5}\n",
    );
    assert_eq!(trigger(&mut running), [true, true]);
    put(
        "2.json",
        "{\"id\":\"2\",\"user_id\":\"b\",\"amount\":1}\n{\"id\":\"1\",\"user_id\":\"a\",\"amount\":5}\n",
    );
    running = None;
    assert_eq!(trigger(&mut running), [true, true]);
    put("3.json", "{\"id\":\"3\",\"user_id\":\"a\",\"amount\":2}\n");
    assert_eq!(trigger(&mut running), [true, true]);
    assert_eq!(trigger(&mut running), [false, false]);
    let objects = Lake(services.clone()).list("s3://lake/gold/").unwrap();
    assert_eq!(objects, ["s3://lake/gold/part-00002.snappy.parquet"]);
    let rows = read_parquet(Lake(services.clone()).get(&objects[0]).unwrap().unwrap()).unwrap();
    let table = arrow::util::pretty::pretty_format_batches(&rows).unwrap().to_string();
    let expected = "\
+---------+--------+--------+
| user_id | events | amount |
+---------+--------+--------+
| a       | 2      | 7      |
| b       | 1      | 1      |
+---------+--------+--------+";
    assert_eq!(table, expected);
}
