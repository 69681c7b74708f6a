//! What it takes to read JSON at all: the bytes of `<folder>/<table>/<batch>.json` parsed by simd-json into a bare tape,
//! and by arrow-json into columns of the same types, on one thread. Nothing that reads JSON is faster than the first.
//! Prints a JSON line for each: medians of five rounds.

use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use arrow_schema::{DataType, Field, Schema};

/// As wavetank has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const ROUNDS: usize = 5;
/// Records that arrow-json makes one batch of.
const CHUNK: usize = 8192;

fn main() {
    let folder = std::env::args().nth(1).expect("usage: parse_limits FOLDER");
    let tables = [("nested-purchase-stream-table", purchases()), ("recommender-stream-table", recommendations())];
    let records: Vec<(Schema, Vec<Vec<u8>>)> =
        tables.into_iter().map(|(table, schema)| (schema, read(&Path::new(&folder).join(table)))).collect();
    let bytes: usize = records.iter().flat_map(|(_, records)| records).map(Vec::len).sum();
    for (peer, round) in [("simd-json tape", tape as fn(&_) -> _), ("arrow-json", columns as fn(&_) -> _)] {
        let mut times: Vec<Duration> = (0..ROUNDS).map(|_| round(&records)).collect();
        times.sort();
        let seconds = times[ROUNDS / 2].as_secs_f64();
        let line = serde_json::json!({ "peer": peer, "threads": 1, "seconds": seconds, "bytes": bytes });
        println!("{line}");
    }
}

/// The lines of a table's files, in the order of the batches.
fn read(folder: &Path) -> Vec<Vec<u8>> {
    let entries = std::fs::read_dir(folder).expect("the folder has the input of a bench");
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("it can be listed").path()).collect();
    files.sort();
    let texts = files.into_iter().map(|file| std::fs::read(file).expect("it can be read"));
    let lines = |text: Vec<u8>| {
        text.split(|byte| *byte == b'\n').filter(|l| !l.is_empty()).map(<[u8]>::to_vec).collect::<Vec<_>>()
    };
    texts.flat_map(lines).collect()
}

/// simd-json writes into what it reads, so each round has a copy that is not measured.
fn tape(records: &Vec<(Schema, Vec<Vec<u8>>)>) -> Duration {
    let mut copy: Vec<Vec<u8>> = records.iter().flat_map(|(_, records)| records).cloned().collect();
    let mut buffers = simd_json::Buffers::new(4096);
    let begun = Instant::now();
    for record in &mut copy {
        black_box(simd_json::to_tape_with_buffers(record, &mut buffers).expect("the record is JSON"));
    }
    begun.elapsed()
}

fn columns(records: &Vec<(Schema, Vec<Vec<u8>>)>) -> Duration {
    let begun = Instant::now();
    for (schema, records) in records {
        let builder = arrow_json::ReaderBuilder::new(Arc::new(schema.clone())).with_batch_size(CHUNK);
        let mut decoder =
            builder.with_coerce_primitive(true).build_decoder().expect("the types can be decoded");
        for chunk in records.chunks(CHUNK) {
            for record in chunk {
                decoder.decode(record).expect("the record is JSON");
            }
            black_box(decoder.flush().expect("the records are whole"));
        }
    }
    begun.elapsed()
}

fn object(fields: Vec<Field>) -> DataType {
    DataType::Struct(fields.into())
}

fn text(name: &str) -> Field {
    Field::new(name, DataType::Utf8, true)
}

fn integer(name: &str) -> Field {
    Field::new(name, DataType::Int64, true)
}

fn purchases() -> Schema {
    let pricing = object(vec![Field::new("price", DataType::Float64, true)]);
    let product = object(vec![
        text("sku"),
        text("name"),
        text("category"),
        Field::new("pricing", pricing, true),
        integer("quantity_purchased"),
    ]);
    let item = object(vec![Field::new("product", product, true)]);
    let items = DataType::List(Arc::new(Field::new("item", item, true)));
    let body = object(vec![
        Field::new("basket_items", items, true),
        text("transaction_id"),
        text("purchase_time"),
        text("user_id"),
    ]);
    Schema::new(vec![Field::new("body", body, true)])
}

fn recommendations() -> Schema {
    Schema::new(vec![
        text("purchase_id"),
        text("next_best_product_sku"),
        integer("likelihood_score"),
        integer("purchase_time"),
        integer("recommendation_processed_time"),
    ])
}
