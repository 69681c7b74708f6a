//! What Athena costs over DuckDB itself: the same questions, of the same Parquet files, asked by Athena's SQL through the
//! catalog and by DuckDB's own SQL over a list of files; and what partitions cost, of which a query wants few.
//!
//! `PARQUET_MIB`, `ROUNDS` and `PARTITIONS` replace the defaults. Ratios are of medians of rounds in which the two take
//! turns. Under `cargo test` it runs once, small.

use std::path::Path;
use std::time::Instant;

use duckdb::Connection;
use wavetank::emulator::glue::{
    BatchCreatePartition, BatchCreatePartitionRequest, Column, CreateDatabase, CreateDatabaseRequest,
    CreateTable, CreateTableRequest, GetPartitions, GetPartitionsRequest, PartitionInput, SerDeInfo,
    StorageDescriptor, TableInput,
};
use wavetank::emulator::s3::{CreateBucket, CreateBucketRequest, PutObject, PutObjectRequest};
use wavetank::emulator::{Emulator, Identity, Storage, Timestamp};
use wavetank::scenarios::athena::engine::Engine;
use wavetank::scenarios::athena::session::Limits;

mod common;

/// As the command has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const NOW: Timestamp = Timestamp::from_millis(1_767_607_200_000);
const PARQUET: &str = "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe";
/// Files that the bytes are spread over.
const FILES: usize = 16;
/// What a file of 1 MiB holds, about.
const ROWS_PER_MIB: usize = 26_000;

/// In Athena's SQL, and in DuckDB's with `{files}` for the table.
const QUESTIONS: [(&str, &str, &str); 3] = [
    (
        "group",
        "SELECT country, count(*) AS n, sum(amount) AS total FROM orders GROUP BY country ORDER BY country",
        "SELECT country, count(*) AS n, sum(amount) AS total FROM {files} GROUP BY country ORDER BY country",
    ),
    (
        "filter",
        "SELECT max(id), avg(price) FROM orders WHERE amount > 900 AND country <> 'c3'",
        "SELECT max(id), avg(price) FROM {files} WHERE amount > 900 AND country <> 'c3'",
    ),
    (
        "text",
        "SELECT count(DISTINCT substr(note, 1, 3)) FROM orders WHERE note LIKE '%7%'",
        "SELECT count(DISTINCT substr(note, 1, 3)) FROM {files} WHERE note LIKE '%7%'",
    ),
];

fn number(variable: &str, measured: usize, tried: usize) -> usize {
    let default = if common::is_measured() { measured } else { tried };
    std::env::var(variable).map_or(default, |text| text.trim().parse().expect("a number"))
}

fn main() {
    let folder = tempfile::tempdir().expect("a folder");
    let storage = Storage::Scratch(folder.path().join("data"));
    let emulator = Emulator::open(storage, Identity::default()).expect("an emulator");
    emulator.call::<CreateBucket>(NOW, CreateBucketRequest::new("lake")).expect("a bucket");
    emulator.call::<CreateDatabase>(NOW, CreateDatabaseRequest::new("lake")).expect("a database");
    let engine = Engine::new(folder.path().join("queries"), Limits::default());
    parquet(&emulator, &engine, folder.path());
    partitions(&emulator, &engine);
}

fn table(emulator: &Emulator, name: &str, columns: &[(&str, &str)], keys: &[(&str, &str)]) {
    let named = |columns: &[(&str, &str)]| columns.iter().map(|(name, ty)| Column::new(*name, *ty)).collect();
    let table = TableInput {
        name: Some(name.to_owned()),
        storage_descriptor: Some(StorageDescriptor {
            columns: Some(named(columns)),
            location: Some(format!("s3://lake/{name}/")),
            serde_info: Some(SerDeInfo {
                serialization_library: Some(PARQUET.to_owned()),
                ..SerDeInfo::default()
            }),
            ..StorageDescriptor::default()
        }),
        partition_keys: Some(named(keys)),
        ..TableInput::default()
    };
    emulator.call::<CreateTable>(NOW, CreateTableRequest::new("lake", table)).expect("a table");
}

/// Puts files of Parquet; answers where the emulator keeps them.
fn orders(emulator: &Emulator, folder: &Path, mib: usize) -> Vec<String> {
    let connection = Connection::open_in_memory().expect("DuckDB");
    let rows = (mib * ROWS_PER_MIB / FILES).max(100);
    let mut files = Vec::new();
    for file in 0..FILES {
        let path = folder.join("orders.parquet");
        let sql = format!(
            "COPY (SELECT i + {file} * {rows} AS id, 'c' || (hash(i) % 40) AS country, \
             CAST(hash(i * 3 + {file}) % 1000 AS INTEGER) AS amount, CAST(hash(i * 7) % 100000 AS DOUBLE) / 100 AS price, \
             md5(CAST(i * 11 + {file} AS VARCHAR)) AS note FROM range({rows}) r(i)) TO '{}' (FORMAT parquet)",
            path.display()
        );
        connection.execute_batch(&sql).expect("a file is written");
        let key = format!("orders/{file}.parquet");
        let body = std::fs::read(&path).expect("it is there");
        emulator.call::<PutObject>(NOW, PutObjectRequest::new("lake", &key, body)).expect("it is put");
        let kept = emulator.object_file("lake", &key).expect("it is there").expect("in a file");
        files.push(kept.display().to_string());
    }
    files
}

fn parquet(emulator: &Emulator, engine: &Engine, folder: &Path) {
    let (mib, rounds) = (number("PARQUET_MIB", 1024, 1), number("ROUNDS", 5, 1));
    let columns =
        [("id", "bigint"), ("country", "string"), ("amount", "int"), ("price", "double"), ("note", "string")];
    table(emulator, "orders", &columns, &[]);
    let files = orders(emulator, folder, mib);
    let bytes: u64 = files.iter().map(|file| std::fs::metadata(file).expect("it is there").len()).sum();
    println!("{} MiB of Parquet in {FILES} objects, {rounds} rounds", bytes >> 20);
    let list = format!("read_parquet({files:?})").replace('"', "'");
    for (name, athena, own) in QUESTIONS {
        let own = own.replace("{files}", &list);
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        for _ in 0..rounds {
            let start = Instant::now();
            let answer = engine.query(emulator, NOW, "lake", athena).expect("an answer");
            ours.push(start.elapsed());
            let start = Instant::now();
            let connection = Connection::open_in_memory().expect("DuckDB");
            let mut statement = connection.prepare(&own).expect("it is SQL");
            let rows: usize =
                statement.query_arrow([]).expect("an answer").map(|batch| batch.num_rows()).sum();
            theirs.push(start.elapsed());
            assert_eq!(rows, answer.rows.len(), "{name}");
        }
        let (ours, theirs) = (common::median(ours), common::median(theirs));
        println!(
            "parquet/{name:<8} athena {:>9.1?}  duckdb {:>9.1?}  ratio {:.2}",
            ours,
            theirs,
            ours.as_secs_f64() / theirs.as_secs_f64()
        );
    }
}

fn partitions(emulator: &Emulator, engine: &Engine) {
    let (count, rounds) = (number("PARTITIONS", 10_000, 300), number("ROUNDS", 5, 1));
    table(emulator, "hits", &[("id", "bigint")], &[("day", "string"), ("hour", "int")]);
    let input = |at: usize| {
        let (day, hour) = (format!("2026-{:04}", at / 24), at % 24);
        PartitionInput {
            values: Some(vec![day.clone(), hour.to_string()]),
            storage_descriptor: Some(StorageDescriptor {
                columns: Some(vec![Column::new("id", "bigint")]),
                location: Some(format!("s3://lake/hits/day={day}/hour={hour}/")),
                ..StorageDescriptor::default()
            }),
            ..PartitionInput::default()
        }
    };
    for start in (0..count).step_by(100) {
        let inputs = (start..count.min(start + 100)).map(input).collect();
        let request = BatchCreatePartitionRequest::new("lake", "hits", inputs);
        let answer = emulator.call::<BatchCreatePartition>(NOW, request).expect("partitions");
        assert!(answer.errors.is_empty());
    }
    let connection = Connection::open_in_memory().expect("DuckDB");
    let file = tempfile::NamedTempFile::new().expect("a file");
    let sql =
        format!("COPY (SELECT CAST(7 AS BIGINT) AS id) TO '{}' (FORMAT parquet)", file.path().display());
    connection.execute_batch(&sql).expect("a file is written");
    let body = std::fs::read(file.path()).expect("it is there");
    for at in 0..count {
        let key = format!("hits/day=2026-{:04}/hour={}/a.parquet", at / 24, at % 24);
        emulator.call::<PutObject>(NOW, PutObjectRequest::new("lake", key, body.clone())).expect("it is put");
    }
    let mut listed = Vec::new();
    let mut asked = Vec::new();
    for _ in 0..rounds {
        let mut request = GetPartitionsRequest::new("lake", "hits");
        request.expression = Some("day = '2026-0003' AND hour >= 5 AND hour < 8".to_owned());
        let start = Instant::now();
        let answer = emulator.call::<GetPartitions>(NOW, request).expect("partitions");
        listed.push(start.elapsed());
        assert_eq!(answer.partitions.len(), 3);
        let sql = "SELECT count(*), sum(id) FROM hits WHERE day = '2026-0003' AND hour BETWEEN 5 AND 7";
        let start = Instant::now();
        let answer = engine.query(emulator, NOW, "lake", sql).expect("an answer");
        asked.push(start.elapsed());
        assert_eq!(answer.rows, [[Some("3".to_owned()), Some("21".to_owned())]]);
    }
    println!("partitions/get     {:>9.1?}  of {count}", common::median(listed));
    println!("partitions/query   {:>9.1?}  of {count}", common::median(asked));
}
