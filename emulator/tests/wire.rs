//! Golden vectors of the wire form: one file per case, read by one runner.
//!
//! A file is a script against a fresh emulator in account 123456789012, region us-east-1:
//!
//! ```text
//! # A comment; `# source:` says where the expected bytes come from.
//! > Kinesis_20131202.PutRecords 1000      operation, milliseconds after the start of the script
//! {"StreamName":"orders", …}              request, up to the next line that starts with < or !
//! < {"FailedRecordCount":0, …}            response; nothing after < means an empty body
//! ! ResourceNotFoundException Stream …    or instead: error code and message
//! ```
//!
//! `$next` in a request stands for the `NextShardIterator` or `ShardIterator` of the last response,
//! and `$iterator` in an expected response for any text there.

#![allow(clippy::unwrap_used)] // In a test, a panic is the report.

use std::fs;
use std::path::Path;

use wavetank_emulator::{Codec, Emulator, Identity, Storage, Timestamp};

const START_MS: i64 = 1_700_000_000_000;

#[test]
fn golden_vectors_hold() {
    let directory = Path::new("tests/wire");
    let entries = fs::read_dir(directory).unwrap();
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    assert!(!paths.is_empty());
    for path in paths {
        let script = fs::read_to_string(&path).unwrap();
        assert!(script.contains("# source:"), "{}", path.display());
        run(&path.display().to_string(), &script);
    }
}

/// Runs one script; a failure names the file and the line.
fn run(name: &str, script: &str) {
    let emulator = Emulator::open(Storage::Memory, Identity::default()).unwrap();
    let (mut operation, mut now, mut request) = ("", START_MS, String::new());
    let mut last_iterator: Option<String> = None;
    let mut steps = 0;
    for (number, line) in script.lines().enumerate() {
        let place = format!("{name}:{}", number + 1);
        if line.starts_with('#') || line.is_empty() {
            continue;
        }
        if let Some(header) = line.strip_prefix("> ") {
            let (operation_name, offset) = header.split_once(' ').expect("operation and time");
            operation = operation_name;
            now = START_MS + offset.parse::<i64>().unwrap();
            request.clear();
        } else if let Some(expected) = line.strip_prefix('<').or(line.strip_prefix('!')) {
            if let Some(iterator) = &last_iterator {
                request = request.replace("$next", iterator);
            }
            let now = Timestamp::from_millis(now);
            let outcome = emulator.invoke(now, operation, Codec::Json, request.as_bytes());
            let (mark, mut answer) = match outcome {
                Ok(body) => ("<", String::from_utf8(body).unwrap()),
                Err(error) => ("!", format!("{} {}", error.code, error.message)),
            };
            if let Some((before, iterator, after)) = cut_iterator(&answer) {
                last_iterator = Some(iterator.to_owned());
                answer = format!("{before}$iterator{after}");
            }
            assert!(line.starts_with(mark), "{place}: {answer}");
            assert_eq!(answer, expected.trim_start(), "{place}");
            steps += 1;
        } else {
            request.push_str(line);
        }
    }
    assert!(steps > 0, "{name} has no steps");
}

/// The text around an iterator in a response, and the iterator.
fn cut_iterator(answer: &str) -> Option<(&str, &str, &str)> {
    let key = "ShardIterator\":\"";
    let start = answer.find(key)? + key.len();
    let length = answer[start..].find('"')?;
    let (before, rest) = answer.split_at(start);
    let (iterator, after) = rest.split_at(length);
    Some((before, iterator, after))
}
