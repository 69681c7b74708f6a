//! What the child has said, held against what is in its directory.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use duckdb::arrow::array::{Int64Array, RecordBatch};
use wavetank::emulator::glue::{GetTable, GetTableRequest};
use wavetank::emulator::s3::{GetObject, input};
use wavetank::engine::ports::{ObjectStore, StartPosition, StreamApi};
use wavetank::engine::sink::read_parquet;
use wavetank::scenarios::adapters::{BucketStore, KinesisStreams, Services};

use super::child::{self, BUCKET, CHECKPOINT, DATABASE, SINK, STREAMS};

/// Everything that was acknowledged.
#[derive(Default)]
pub struct Said {
    /// The row that nobody has tried yet.
    pub next_row: u64,
    /// Rows that are in both streams.
    pub rows: BTreeSet<u64>,
    /// Sequence numbers by stream.
    records: BTreeMap<String, BTreeSet<String>>,
    /// Objects.
    pub objects: BTreeSet<u64>,
    /// Tables.
    pub tables: BTreeSet<u64>,
    /// Batches that were committed.
    pub batches: BTreeSet<u32>,
}

impl Said {
    /// Takes in one line of the child's.
    pub fn hear(&mut self, line: &str) {
        // The test harness says things too, and may say them in the same line.
        let Some((_, said)) = line.split_once("said: ") else { return };
        let parts: Vec<&str> = said.split(' ').collect();
        let number = |text: &str| text.parse::<u64>().unwrap();
        match parts[..] {
            ["trying", row] => self.next_row = number(row) + 1,
            ["put", stream, sequence_number] => {
                self.records.entry(stream.into()).or_default().insert(sequence_number.into());
            }
            ["row", row] => drop(self.rows.insert(number(row))),
            ["object", row] => drop(self.objects.insert(number(row))),
            ["table", row] => drop(self.tables.insert(number(row))),
            ["batch", batch] => {
                let again = !self.batches.insert(number(batch) as u32);
                assert!(!again, "batch {batch} was committed twice");
            }
            _ => panic!("the child said `{said}`"),
        }
    }

    /// Everything said is there.
    pub fn hold(&self, directory: &Path) {
        if self.next_row == 0 {
            return; // It was killed before it had begun.
        }
        let services = child::services(directory, self.next_row);
        for stream in STREAMS {
            let kept = sequence_numbers(&services, stream);
            let unique: BTreeSet<&String> = kept.iter().collect();
            assert_eq!(unique.len(), kept.len(), "records of `{stream}` are there twice");
            let said = self.records.get(stream).cloned().unwrap_or_default();
            let lost: Vec<&String> = said.iter().filter(|number| !unique.contains(number)).collect();
            assert!(lost.is_empty(), "records of `{stream}` are lost: {lost:?}");
        }
        for number in &self.objects {
            let key = format!("objects/{number}");
            let object = services.call::<GetObject>(input::get_object(BUCKET, &key));
            let object = object.unwrap_or_else(|error| panic!("`{key}` is lost: {error}"));
            assert_eq!(object.into_bytes().unwrap(), child::object(*number), "`{key}`");
        }
        for number in &self.tables {
            let table = format!("table_{number}");
            let found = services.call::<GetTable>(GetTableRequest::new(DATABASE, &table));
            assert!(found.is_ok(), "`{table}` is lost");
        }
        let mut store = store(&services);
        if let Some(batch) = self.batches.last() {
            let commit = store.get(&format!("{CHECKPOINT}commits/{batch}")).unwrap();
            assert!(commit.is_some(), "the commit of batch {batch} is lost");
        }
        rows_of_the_sink(&mut store);
    }

    /// Runs the join over everything; each row that is in both streams has come out once. Returns how many have.
    pub fn finish(&self, directory: &Path) -> usize {
        let services = child::services(directory, self.next_row);
        let mut query = child::query(&services);
        // The first may be one that runs again; the second reads what is left.
        for _ in 0..2 {
            query.run_batch(services.clock.now_millis()).unwrap();
        }
        let rows = rows_of_the_sink(&mut store(&services));
        let lost: Vec<&u64> = self.rows.iter().filter(|row| !rows.contains(row)).collect();
        assert!(lost.is_empty(), "rows that never came out: {lost:?}");
        rows.len()
    }
}

fn store(services: &Services) -> BucketStore {
    BucketStore { services: services.clone(), bucket: BUCKET.into() }
}

fn sequence_numbers(services: &Services, stream: &str) -> Vec<String> {
    let mut api = KinesisStreams(services.clone());
    let mut numbers = Vec::new();
    for shard in api.list_shards(stream).unwrap_or_default() {
        let mut iterator = Some(api.shard_iterator(stream, &shard, StartPosition::TrimHorizon).unwrap());
        while let Some(at) = iterator {
            let page = api.get_records(&at, 10_000).unwrap();
            for run in &page.records {
                numbers.extend(run.whole(0..run.records()).map(|record| record.sequence_number.to_string()));
            }
            iterator = page.next_iterator.filter(|_| page.behind_millis > 0);
        }
    }
    numbers
}

/// The rows in the sink, each of which is there once.
fn rows_of_the_sink(store: &mut BucketStore) -> BTreeSet<u64> {
    let mut rows = BTreeSet::new();
    for key in store.list(SINK).unwrap_or_default() {
        for batch in read_parquet(store.get(&key).unwrap().unwrap()).unwrap() {
            for row in ids(&batch) {
                assert!(rows.insert(row), "row {row} is in the sink twice, the second time in `{key}`");
            }
        }
    }
    rows
}

fn ids(batch: &RecordBatch) -> Vec<u64> {
    let ids = batch.column(0).as_any().downcast_ref::<Int64Array>().unwrap();
    ids.values().iter().map(|id| *id as u64).collect()
}
