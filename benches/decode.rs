//! The engine's decoder over generated records, and the same with explode and flatten on top, on one thread.
//!
//! `benches/peers/run.sh` names a folder with `<table>/<batch>.json`, which the bare parsers of `benches/peers/parse_limits`
//! read as well; without one, records are drawn. Prints a JSON line for each; under `cargo test` it runs once, small.

use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use common::nested::{self, TABLES, draw};

mod common;

/// As the command has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    let records = match std::env::args().skip(1).find(|argument| !argument.starts_with('-')) {
        Some(folder) if Path::new(&folder).is_dir() => read(Path::new(&folder)),
        _ => draw(if common::is_measured() { 300_000 } else { 300 }),
    };
    let bytes: usize = records.iter().flatten().map(Vec::len).sum();
    let rounds = if common::is_measured() { 5 } else { 1 };
    let print = |name: &str, times: Vec<Duration>| {
        let seconds = common::median(times).as_secs_f64();
        let line = serde_json::json!({
            "peer": name, "threads": 1, "seconds": seconds, "bytes": bytes,
            "megabytes_per_second": bytes as f64 / 1e6 / seconds,
        });
        println!("{line}");
    };
    let timed = |work: &mut dyn FnMut()| -> Vec<Duration> {
        (0..rounds)
            .map(|_| {
                let begun = Instant::now();
                work();
                begun.elapsed()
            })
            .collect()
    };
    print("decode", timed(&mut || decode(&records)));
    print("decode, explode, flatten", timed(&mut || flatten(&records)));
}

/// Every table's records, in the order of the batches.
fn read(folder: &Path) -> Vec<Vec<Vec<u8>>> {
    let table = |name: &str| {
        let entries = std::fs::read_dir(folder.join(name)).expect("the folder has the input of a bench");
        let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("it can be listed").path()).collect();
        files.sort();
        let lines = |file: PathBuf| {
            let text = std::fs::read(file).expect("it can be read");
            text.split(|byte| *byte == b'\n')
                .filter(|l| !l.is_empty())
                .map(<[u8]>::to_vec)
                .collect::<Vec<_>>()
        };
        files.into_iter().flat_map(lines).collect()
    };
    TABLES.iter().map(|(name, _)| table(name)).collect()
}

fn decode(records: &[Vec<Vec<u8>>]) {
    for (at, records) in records.iter().enumerate() {
        nested::decode(at, records, |rows| drop(black_box(rows)));
    }
}

/// Decoding, and the view's operators on top of it.
fn flatten(records: &[Vec<Vec<u8>>]) {
    for (at, records) in records.iter().enumerate() {
        nested::flatten(at, records, |rows| drop(black_box(rows)));
    }
}
