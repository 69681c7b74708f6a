//! The process that is killed: it works until then, and says what has been acknowledged.

use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use wavetank::emulator::glue::{
    CreateDatabase, CreateDatabaseRequest, CreateTable, CreateTableRequest, TableInput,
};
use wavetank::emulator::kinesis::{
    CreateStream, CreateStreamRequest, PutRecords, PutRecordsRequest, PutRecordsRequestEntry,
};
use wavetank::emulator::s3::{CreateBucket, CreateBucketRequest, PutObject, PutObjectRequest};
use wavetank::emulator::{ApiError, Emulator, ErrorCode, Identity, Storage};
use wavetank::engine::checkpoint::Checkpoint;
use wavetank::engine::query::{QueryOptions, QueryParts, StreamingQuery, output_schema};
use wavetank::engine::session::Session;
use wavetank::engine::sink::{FileFormat, FileSink, FileTarget};
use wavetank::engine::source::{InitialPosition, KinesisOptions, KinesisSource, Source};
use wavetank::engine::sql::{self, Tables};
use wavetank::scenarios::adapters::{BucketStore, GlueCatalog, KinesisStreams, Services};
use wavetank::scenarios::clock::VirtualClock;

use duckdb::arrow::datatypes::{DataType, Field, Schema, SchemaRef};

pub const STREAMS: [&str; 2] = ["lefts", "rights"];
pub const BUCKET: &str = "lake";
pub const DATABASE: &str = "shop";
pub const CHECKPOINT: &str = "checkpoint/";
pub const SINK: &str = "pairs/";

/// 2026-01-05 10:00:00.
const START_MILLIS: i64 = 1_767_607_200_000;

const QUERY: &str = "
    CREATE TEMPORARY VIEW l AS SELECT id, CAST(from_unixtime(at) AS TIMESTAMP) AS t FROM STREAM(lefts);
    CREATE TEMPORARY VIEW r AS SELECT id AS rid, CAST(from_unixtime(at) AS TIMESTAMP) AS rt FROM STREAM(rights);
    CREATE STREAMING TABLE pairs AS
    SELECT l.id, l.t FROM STREAM(l) WATERMARK t DELAY OF INTERVAL 1 HOUR AS l
    JOIN STREAM(r) WATERMARK rt DELAY OF INTERVAL 1 HOUR AS r
      ON l.id = r.rid AND r.rt BETWEEN l.t AND l.t + INTERVAL 1 HOUR";

struct Streams;

impl Tables for Streams {
    fn schema(&self, _: &str) -> Option<SchemaRef> {
        let field = |name: &str| Field::new(name, DataType::Int64, true);
        Some(Arc::new(Schema::new(vec![field("id"), field("at")])))
    }

    fn names(&self) -> Vec<String> {
        STREAMS.map(str::to_owned).to_vec()
    }
}

/// The emulator in the directory, with the clock at the time of a row.
pub fn services(directory: &Path, row: u64) -> Services {
    let storage = Storage::Directory(directory.to_owned());
    let emulator = Emulator::open(storage, Identity::default()).unwrap();
    let clock = VirtualClock::at(START_MILLIS + row as i64 * 100);
    Services { emulator: Arc::new(emulator), clock }
}

/// The join of both streams, from where its checkpoint says.
pub fn query(services: &Services) -> StreamingQuery {
    let pipeline = sql::plan(QUERY, &Streams).unwrap();
    let options = KinesisOptions { starting_position: InitialPosition::TrimHorizon, ..Default::default() };
    let source = |stream: &str| {
        let api = Box::new(KinesisStreams(services.clone()));
        Box::new(KinesisSource::new(stream, options.clone(), api)) as Box<dyn Source>
    };
    let target = FileTarget {
        database: DATABASE.into(),
        table: "pairs".into(),
        location: format!("s3://{BUCKET}/{SINK}"),
        prefix: SINK.into(),
        partition_by: vec![],
        format: FileFormat::Parquet,
        replace: false,
    };
    let store = || Box::new(BucketStore { services: services.clone(), bucket: BUCKET.into() });
    let schema = output_schema(&pipeline);
    let catalog = Box::new(GlueCatalog(services.clone()));
    let parts = QueryParts {
        sources: pipeline.sources.iter().map(|table| source(&table.table)).collect(),
        sink: Box::new(FileSink::new(target, &schema, Session::default(), store(), catalog).unwrap()),
        checkpoint: Checkpoint::new(store(), CHECKPOINT),
        options: QueryOptions::default(),
    };
    StreamingQuery::start(&pipeline, parts, services.clock.now_millis()).unwrap()
}

/// What the object of that number holds: some are small enough for the database, some are files.
pub fn object(number: u64) -> Vec<u8> {
    let bytes = (number * 7919 % 40_000) as usize;
    format!("object {number} ").into_bytes().into_iter().cycle().take(bytes).collect()
}

/// Works for ever.
pub fn work(directory: &Path, first_row: u64) {
    let services = services(directory, first_row);
    for stream in STREAMS {
        made(
            services.call::<CreateStream>(CreateStreamRequest::new(stream, 2)),
            ErrorCode::ResourceInUseException,
        );
    }
    made(services.call::<CreateBucket>(CreateBucketRequest::new(BUCKET)), ErrorCode::BucketAlreadyOwnedByYou);
    made(
        services.call::<CreateDatabase>(CreateDatabaseRequest::new(DATABASE)),
        ErrorCode::AlreadyExistsException,
    );
    let mut query = query(&services);
    for row in first_row.. {
        services.clock.advance_to(services.clock.now_millis() + 100);
        say(&format!("trying {row}"));
        let at = services.clock.now_millis() / 1000;
        for stream in STREAMS {
            let data = format!("{{\"id\":{row},\"at\":{at}}}");
            let entry = PutRecordsRequestEntry::new(row.to_string(), data.into_bytes());
            let answer = services.call::<PutRecords>(PutRecordsRequest::new(stream, vec![entry])).unwrap();
            let number = answer.records[0].sequence_number.as_ref().unwrap();
            say(&format!("put {stream} {number}"));
        }
        say(&format!("row {row}"));
        if row % 5 == 0 {
            let key = format!("objects/{row}");
            services.call::<PutObject>(PutObjectRequest::new(BUCKET, &key, object(row))).unwrap();
            say(&format!("object {row}"));
        }
        if row % 11 == 0 {
            let table = TableInput { name: Some(format!("table_{row}")), ..Default::default() };
            services.call::<CreateTable>(CreateTableRequest::new(DATABASE, table)).unwrap();
            say(&format!("table {row}"));
        }
        if row % 3 == 0 {
            let report = query.run_batch(services.clock.now_millis()).unwrap();
            say(&format!("batch {}", report.unwrap().progress.batch));
        }
    }
}

/// Fine if it was made now or in an earlier life.
fn made<T>(answer: Result<T, ApiError>, known: ErrorCode) {
    if let Err(error) = answer {
        assert_eq!(error.code, known, "{error}");
    }
}

/// One line, in the pipe before anything else happens.
fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "said: {line}").unwrap();
    out.flush().unwrap();
}
