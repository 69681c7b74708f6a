//! The queries of `corpus/`, each with the types and rows that Athena's documentation or Trino's semantics give.
//! `corpus/README.md` says how they are written.

use std::fs;
use std::path::Path;

use regex::Regex;
use wavetank::emulator::{Emulator, Identity, Storage};
use wavetank::scenarios::athena::engine::{Answer, Engine};
use wavetank::scenarios::athena::session::Limits;
use wavetank::scenarios::athena::translate::OutputColumn;

use super::rig::NOW;

/// What the issue of a corpus is about: that there are many queries, and none is answered wrongly.
const QUERIES_MIN: usize = 500;

struct Record {
    is_query: bool,
    sql: String,
    expected: String,
}

fn records(text: &str) -> Vec<Record> {
    let one = |block: &str| {
        let lines: Vec<&str> = block.lines().filter(|line| !line.is_empty()).collect();
        let start = lines.iter().position(|line| !line.starts_with('#'))?;
        let end = lines.iter().position(|line| *line == "----").expect("a record has an answer");
        let is_query = match lines[start] {
            "query" => true,
            "error" => false,
            other => panic!("no kind of record: {other}"),
        };
        Some(Record {
            is_query,
            sql: lines[start + 1..end].join("\n"),
            expected: lines[end + 1..].join("\n"),
        })
    };
    text.split("\n\n").filter_map(one).collect()
}

fn type_name(column: &OutputColumn) -> String {
    match column.ty.in_results() {
        ("decimal", precision, scale) => format!("decimal({precision},{scale})"),
        (name, _, _) => name.to_owned(),
    }
}

fn cell(value: &Option<String>) -> String {
    match value {
        None => "null".to_owned(),
        Some(text) if text.is_empty() || text == "null" || text.trim() != text => format!("'{text}'"),
        Some(text) => text.clone(),
    }
}

fn shown(answer: &Answer) -> String {
    let types = answer.columns.iter().map(type_name).collect::<Vec<_>>().join(" | ");
    let rows = answer.rows.iter().map(|row| row.iter().map(cell).collect::<Vec<_>>().join(" | "));
    std::iter::once(format!("types: {types}")).chain(rows).collect::<Vec<_>>().join("\n")
}

/// What is wrong with the answer to a record, if anything.
fn difference(engine: &Engine, emulator: &Emulator, record: &Record) -> Option<String> {
    match (engine.query(emulator, NOW, "default", &record.sql), record.is_query) {
        (Ok(answer), true) => Some(shown(&answer)).filter(|shown| *shown != record.expected),
        (Err(error), true) => Some(error.to_string()),
        (Ok(answer), false) => Some(format!("no error, but {}", shown(&answer))),
        (Err(error), false) => {
            let expected = Regex::new(&record.expected).expect("an expectation is a regular expression");
            let is_ours = error.code != "GENERIC_INTERNAL_ERROR";
            Some(error.to_string()).filter(|text| !is_ours || !expected.is_match(text))
        }
    }
}

#[test]
fn every_query_of_the_corpus_is_answered_as_athena_answers_it() {
    let folder = tempfile::tempdir().unwrap();
    let engine = Engine::new(folder.path(), Limits { threads: Some(1), ..Limits::default() });
    let emulator = Emulator::open(Storage::Memory, Identity::default()).unwrap();
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/athena/corpus");
    let files = fs::read_dir(corpus).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> = files.filter(|path| path.extension().is_some_and(|end| end == "test")).collect();
    files.sort();
    let (mut count, mut wrong) = (0, Vec::new());
    for file in files {
        for record in records(&fs::read_to_string(&file).unwrap()) {
            count += 1;
            if let Some(got) = difference(&engine, &emulator, &record) {
                let name = file.file_name().unwrap().to_string_lossy().into_owned();
                wrong.push(format!("{name}\n{}\nexpected\n{}\ngot\n{got}\n", record.sql, record.expected));
            }
        }
    }
    assert!(count >= QUERIES_MIN, "only {count} queries were found");
    assert!(wrong.is_empty(), "{} of {count} differ:\n\n{}", wrong.len(), wrong.join("\n"));
}
