//! Scripts: add records, trigger, expect. A failure prints the script with `=>` at the step that failed, and what
//! every batch so far did.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use wavetank::engine::ledger::LossReason;
use wavetank::engine::plan::Pipeline;
use wavetank::engine::types::parse_ddl_schema;

use crate::rig::{Batch, Rig, Schemas, Settings, plan};
use crate::rows::{DAY, lines};

/// One line of a script. Expectations are about everything since the last [`Step::Trigger`] or [`Step::Drain`],
/// that one included.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Step<'a> {
    /// Puts records into a stream: words as its [`Stream::record`] reads them, records separated by commas.
    Add(&'a str, &'a str),
    /// Puts one record into a stream as it stands.
    AddText(&'a str, &'a str),
    /// One trigger.
    Trigger,
    /// Triggers until nothing is left to do.
    Drain,
    /// Rows emitted, in any order, separated by commas.
    Rows(&'a str),
    /// Number of rows emitted.
    Emits(usize),
    /// The watermark that the next batch will run with.
    Watermark(&'a str),
    /// Rows lost: `late 2, null_key 1`, in the order of the reasons' names.
    Lost(&'a str),
    /// Number of late rows, whatever else was lost.
    Late(usize),
    /// Records that did not decode.
    Rejected(usize),
    /// Number of batches executed, those without data included.
    Batches(usize),
    /// Rows in state.
    State(u64),
    /// Rows put into state.
    Updated(u64),
    /// Rows that left the state.
    Removed(u64),
}

/// How one stream of a pipeline is written in scripts.
#[derive(Clone, Copy)]
pub struct Stream {
    /// Its name in the script.
    pub name: &'static str,
    /// The table that it fills.
    pub table: &'static str,
    /// Words to record.
    pub record: fn(&[&str]) -> String,
}

/// A pipeline and its streams.
pub struct Subject {
    pub pipeline: Pipeline,
    pub streams: Vec<Stream>,
    pub settings: Settings,
}

/// Plans a pipeline over tables given by name and Spark DDL.
pub fn pipeline(sql: &str, tables: &[(&str, &str)]) -> Pipeline {
    let schema = |ddl: &str| Arc::new(parse_ddl_schema(ddl).expect("the script's schema is valid"));
    let schemas = tables.iter().map(|(name, ddl)| ((*name).to_owned(), schema(ddl))).collect();
    plan(sql, &Schemas(schemas))
        .unwrap_or_else(|error| panic!("{error}\n{}\n{sql}", &sql[error.span.clone()]))
}

/// `10:00:05` on the script's day.
pub fn on_the_day(time: &str) -> String {
    format!("{DAY} {time}")
}

/// Runs a script.
#[track_caller]
pub fn check(subject: &Subject, steps: &[Step<'_>]) {
    let rig = Rig::start(&subject.pipeline, subject.settings).expect("the query starts");
    let mut stage = Stage { subject, rig, recent: Recent::default(), told: vec![] };
    for (at, step) in steps.iter().enumerate() {
        if let Err(problem) = stage.step(*step) {
            panic!("{problem}\n{}", stage.script(steps, at));
        }
    }
}

struct Stage<'a> {
    subject: &'a Subject,
    rig: Rig,
    recent: Recent,
    /// What the batches of each executed step did, for the report of a failure.
    told: Vec<String>,
}

/// What happened since the last trigger.
#[derive(Default)]
struct Recent {
    batches: usize,
    rows: Vec<String>,
    lost: BTreeMap<&'static str, usize>,
    rejected: usize,
    state_rows: u64,
    updated: u64,
    removed: u64,
}

impl Stage<'_> {
    fn step(&mut self, step: Step<'_>) -> Result<(), String> {
        let mut told = String::new();
        let result = match step {
            Step::Add(stream, records) => {
                let stream = self.stream(stream);
                let record = |text: &str| (stream.record)(&text.split_whitespace().collect::<Vec<_>>());
                self.rig.add(stream.table, records.split(',').map(record));
                Ok(())
            }
            Step::AddText(stream, record) => {
                self.rig.add(self.stream(stream).table, [record.to_owned()]);
                Ok(())
            }
            Step::Trigger => {
                let batch = self.rig.trigger().map_err(|e| e.to_string())?;
                self.ran(batch.into_iter().collect(), &mut told);
                Ok(())
            }
            Step::Drain => {
                let batches = self.rig.drain().map_err(|e| e.to_string())?;
                self.ran(batches, &mut told);
                Ok(())
            }
            expectation => self.expect(expectation),
        };
        self.told.push(told);
        result
    }

    fn expect(&self, expectation: Step<'_>) -> Result<(), String> {
        let recent = &self.recent;
        match expectation {
            Step::Rows(rows) => same("rows", sorted(list(rows)), sorted(recent.rows.clone())),
            Step::Emits(rows) => same("number of rows", rows, recent.rows.len()),
            Step::Watermark(time) => {
                let found = self.rig.query.watermark().to_string();
                same("watermark", time, found.strip_prefix(DAY).map_or(found.as_str(), str::trim_start))
            }
            Step::Lost(lost) => {
                let found: Vec<String> = recent.lost.iter().map(|(why, n)| format!("{why} {n}")).collect();
                same("lost rows", list(lost), found)
            }
            Step::Late(rows) => {
                same("late rows", rows, recent.lost.get(LossReason::Late.name()).copied().unwrap_or(0))
            }
            Step::Rejected(records) => same("rejected records", records, recent.rejected),
            Step::Batches(batches) => same("number of batches", batches, recent.batches),
            Step::State(rows) => same("rows in state", rows, recent.state_rows),
            Step::Updated(rows) => same("rows put into state", rows, recent.updated),
            Step::Removed(rows) => same("rows removed from state", rows, recent.removed),
            action => unreachable!("{action:?} is not an expectation"),
        }
    }

    fn ran(&mut self, batches: Vec<Batch>, told: &mut String) {
        self.recent = Recent {
            batches: batches.len(),
            rows: batches.iter().flat_map(|batch| lines(&batch.rows)).collect(),
            state_rows: self.recent.state_rows,
            ..Recent::default()
        };
        for Batch { report, rows } in &batches {
            for loss in &report.ledger.losses {
                *self.recent.lost.entry(loss.reason.name()).or_default() += 1;
            }
            self.recent.rejected += report.ledger.rejected.len();
            let progress = &report.progress;
            self.recent.state_rows = progress.state.iter().map(|(_, state)| state.rows_total).sum();
            self.recent.updated += progress.state.iter().map(|(_, state)| state.rows_updated).sum::<u64>();
            self.recent.removed += progress.state.iter().map(|(_, state)| state.rows_removed).sum::<u64>();
            let reasons: Vec<&str> = report.ledger.losses.iter().map(|loss| loss.reason.name()).collect();
            let _ = writeln!(
                told,
                "       batch {}: read {:?}, watermark {} then {}, {} rows in state, lost {reasons:?}, rows {:?}",
                progress.batch,
                progress.input_records,
                progress.watermark,
                progress.next_watermark,
                self.recent.state_rows,
                lines(rows),
            );
        }
    }

    fn stream(&self, name: &str) -> Stream {
        let stream = self.subject.streams.iter().find(|stream| stream.name == name);
        *stream.unwrap_or_else(|| panic!("the script's pipeline has no stream `{name}`"))
    }

    fn script(&self, steps: &[Step<'_>], failed: usize) -> String {
        let mut script = String::new();
        for (at, step) in steps.iter().enumerate() {
            let _ = writeln!(script, "{} {step:?}", if at == failed { "=>" } else { "  " });
            script.push_str(self.told.get(at).map_or("", String::as_str));
        }
        script
    }
}

fn same<T: PartialEq + std::fmt::Debug>(what: &str, expected: T, found: T) -> Result<(), String> {
    if expected == found { Ok(()) } else { Err(format!("{what}: expected {expected:?}, found {found:?}")) }
}

/// The parts between commas; none of the empty text.
fn list(text: &str) -> Vec<String> {
    text.split(',').map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect()
}

fn sorted(mut rows: Vec<String>) -> Vec<String> {
    rows.sort();
    rows
}
