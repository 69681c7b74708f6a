//! Crashes, batches and the order of arrival change nothing while disorder stays within the delay.
//!
//! Of the drawn records those are taken that are behind their stream by less than its delay. Everything in one batch,
//! the drawn lines with all their crashes, and one stream after the other have to give the same rows.

use std::collections::BTreeMap;

use wavetank_engine::error::EngineError;
use wavetank_engine::plan::OutputMode;
use wavetank_engine::seeded_bug::SeededBug;
use wavetank_engine::watermark::WatermarkPolicy;

use super::state_is_empty::{has_nulls, is_bounded};
use super::{Line, Subject, difference, texts};
use crate::conform::{Op, Record};
use crate::property::coverage::Coverage;

pub(super) fn judge(subject: &Subject, lines: &[Line], bug: Option<SeededBug>) -> Option<String> {
    if !applies(subject) || has_nulls(subject) {
        return None;
    }
    let lines = punctual(subject, lines);
    let (at_once, by_stream) = (at_once(&lines), by_stream(&lines));
    let one = match rows(subject, &at_once, bug) {
        Ok(rows) => rows,
        Err(error) => return Some(format!("in one batch it stops: {error}")),
    };
    let other = |name: &str, lines: &[Line]| match rows(subject, lines, bug) {
        Ok(rows) => difference(&format!("{name} against one batch"), &one, &rows),
        Err(error) => Some(format!("{name} it stops: {error}")),
    };
    other("as it arrived", &lines).or_else(|| other("stream by stream", &by_stream))
}

/// Whether the query is one whose answer is a function of its input.
fn applies(subject: &Subject) -> bool {
    let drawn = &subject.drawn;
    let first_row_counts = drawn.query.iter().any(|op| match op {
        // Which of several rows passes is a matter of their order.
        Op::Dedup { cols } => !cols.is_empty() && cols.len() < 3,
        Op::DedupWithinWatermark { .. } => true,
        _ => false,
    });
    subject.options.mode == OutputMode::Append
        && !subject.swarm.before_the_epoch
        && is_bounded(subject)
        && !first_row_counts
        && (drawn.streams.len() == 1 || subject.options.policy == WatermarkPolicy::Min)
}

/// The same lines without the records that are too far behind.
fn punctual(subject: &Subject, lines: &[Line]) -> Vec<Line> {
    let mut fronts: BTreeMap<&str, i64> = BTreeMap::new();
    let mut kept = lines.to_vec();
    for line in &mut kept {
        for (place, stream) in subject.drawn.streams.iter().enumerate() {
            let delay = subject.drawn.delays[place].unwrap_or(0) * subject.drawn.unit_micros();
            let front = fronts.entry(&stream.name).or_insert(i64::MIN / 2);
            let records = line.data.entry(stream.name.clone()).or_default();
            records.retain(|record| {
                let time = time(record, subject.drawn.columns(place)[1]);
                let on_time = time > *front - delay;
                *front = (*front).max(time);
                on_time
            });
        }
    }
    kept
}

/// The event time of a record, in microseconds.
fn time(record: &Record, column: &str) -> i64 {
    let value: serde_json::Value = serde_json::from_str(&record.0).unwrap_or_default();
    let text = value[column].as_str().unwrap_or_default();
    wavetank_engine::decode::parse_timestamp_ntz(text).unwrap_or(i64::MIN / 2)
}

fn at_once(lines: &[Line]) -> Vec<Line> {
    let mut all = Line::default();
    for line in lines {
        for (stream, records) in &line.data {
            all.data.entry(stream.clone()).or_default().extend(records.iter().cloned());
        }
    }
    vec![all]
}

/// Each stream's lines behind those of the one before.
fn by_stream(lines: &[Line]) -> Vec<Line> {
    let streams: Vec<&String> = lines.first().map(|line| line.data.keys().collect()).unwrap_or_default();
    let of = |stream: &String, line: &Line| {
        let records = line.data.get(stream).cloned().unwrap_or_default();
        Line { data: [(stream.clone(), records)].into(), ..line.clone() }
    };
    streams.into_iter().flat_map(|stream| lines.iter().map(move |line| of(stream, line))).collect()
}

/// All rows of a timeline, the end of input included.
fn rows(subject: &Subject, lines: &[Line], bug: Option<SeededBug>) -> Result<Vec<String>, EngineError> {
    let history = subject.run(lines, &subject.tank(bug), &mut Coverage::default())?;
    let mut all: Vec<String> = history.batches.iter().flat_map(|ran| texts(&ran.rows)).collect();
    all.sort_unstable();
    Ok(all)
}
