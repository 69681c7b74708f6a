//! Lines of a trial as a scenario file has them.

use super::base::Base;
use super::records::{Record, Records};
use super::trial::{Sent, TrialLine};
use crate::file::{Body, CrashPoint, Fault, Length, Reshard, Trouble, UtcTime};

/// The lines with their comments, in columns.
pub fn timeline(base: &Base, lines: &[TrialLine], start: UtcTime) -> Vec<String> {
    let texts: Vec<String> = lines.iter().map(|line| text(line, &base.records, start)).collect();
    let width = texts.iter().map(|text| text.chars().count()).max().unwrap_or_default().min(60);
    let line = |(text, comment): (String, String)| match comment.is_empty() {
        true => text,
        false => format!("{text:width$}  # {comment}"),
    };
    texts.into_iter().zip(comments(base, lines)).map(line).collect()
}

/// One line.
fn text(line: &TrialLine, records: &Records, start: UtcTime) -> String {
    match line {
        TrialLine::Send(sent) if sent.is_empty() => "tick".to_owned(),
        TrialLine::Send(sent) => {
            let sent: Vec<String> = sent.iter().map(|sent| send(sent, records, start)).collect();
            sent.join(", ")
        }
        TrialLine::Advance(length) => format!("advance {}", short(*length)),
        TrialLine::Crash => "crash".to_owned(),
        TrialLine::Restart => "restart".to_owned(),
        TrialLine::Start => "start".to_owned(),
        TrialLine::Fault(what) => fault(what),
    }
}

fn send(sent: &Sent, records: &Records, start: UtcTime) -> String {
    let record = &records.all[sent.record];
    let mut words = vec![records.shapes[record.shape].name.clone(), word(&record.id)];
    if matches!(&record.body, Body::Row(row) if row.has_time()) {
        words.push(instant(record.time, start));
    }
    if sent.after > Length::default() {
        words.push(format!("@{}", short(sent.after)));
    }
    if sent.times > 1 {
        words.push(format!("x{}", sent.times));
    }
    words.extend(record.fields.iter().map(|(path, value)| format!("{path}={value}")));
    words.join(" ")
}

fn word(id: &str) -> String {
    let plain = !id.is_empty() && id.chars().all(|c| c.is_alphanumeric() || "-_.:/+#$%&*!?=".contains(c));
    if plain { id.to_owned() } else { format!("\"{id}\"") }
}

/// A time of day where it is on the day on which the clock starts.
fn instant(time: UtcTime, start: UtcTime) -> String {
    match time.date() == start.date() {
        true => time.beside(start),
        false => format!("{}Z", time.plain().replace(' ', "T")),
    }
}

fn short(length: Length) -> String {
    length.to_string().replace(' ', "")
}

fn fault(fault: &Fault) -> String {
    match fault {
        Fault::Crash(point) => format!("crash: {}", point_name(*point)),
        Fault::Kinesis(what) => format!("kinesis: {}", trouble(what)),
        Fault::S3(what) => format!("s3: {}", trouble(what)),
        Fault::Glue(what) => format!("glue: {}", trouble(what)),
        Fault::Reshard(Reshard { stream, split, merge }) => {
            let split = split.as_ref().map(|shard| format!("split: {}", shard.value));
            let merge = merge.as_ref().map(|pair| format!("merge: [{}]", pair.value.join(", ")));
            let how: Vec<String> = split.into_iter().chain(merge).collect();
            format!("reshard: {{ stream: {}, {} }}", json(&stream.value), how.join(", "))
        }
        Fault::Stall(stall) => {
            format!("stall: {{ stream: {}, for: {} }}", json(&stall.stream.value), short(stall.length))
        }
        Fault::Run(run) => {
            let parameters = run.parameters.iter();
            let parameters = parameters.map(|(name, value)| format!("{}: {}", json(name), json(value)));
            let parameters: Vec<String> = parameters.collect();
            format!("run: {{ job: {}, parameters: {{ {} }} }}", json(&run.job.value), parameters.join(", "))
        }
        Fault::Put(put) => unreachable!("a file with properties puts no rows of `{}`", put.of.value),
    }
}

fn trouble(trouble: &Trouble) -> String {
    let mut parts = Vec::new();
    if trouble.throttle.0 > 0.0 {
        parts.push(format!("throttle: {}", trouble.throttle.0));
    }
    if trouble.fail.0 > 0.0 {
        parts.push(format!("fail: {}", trouble.fail.0));
    }
    if trouble.slow > Length::default() {
        parts.push(format!("slow: {}", short(trouble.slow)));
    }
    if trouble.expire_iterators {
        parts.push("expire_iterators: true".to_owned());
    }
    parts.extend(trouble.length.map(|length| format!("for: {}", short(length))));
    format!("{{ {} }}", parts.join(", "))
}

fn point_name(point: CrashPoint) -> &'static str {
    match point {
        CrashPoint::Now => "now",
        CrashPoint::BeforePlan => "before_plan",
        CrashPoint::AfterPlan => "after_plan",
        CrashPoint::BeforeState => "before_state",
        CrashPoint::BeforeSink => "before_sink",
        CrashPoint::DuringSink => "during_sink",
        CrashPoint::BeforeCommit => "before_commit",
        CrashPoint::AfterCommit => "after_commit",
    }
}

/// A text in quotes, which YAML reads as JSON does.
pub fn json(text: &str) -> String {
    serde_json::Value::String(text.to_owned()).to_string()
}

/// What is not as in the scenario's own timeline, line by line.
fn comments(base: &Base, lines: &[TrialLine]) -> Vec<String> {
    let mut latest: Option<usize> = None;
    let mut comments = Vec::with_capacity(lines.len());
    for line in lines {
        let mut notes = Vec::new();
        for sent in line.sent() {
            let name = |record: usize| name(&base.records.all[record], &base.records);
            match latest {
                _ if sent.again => notes.push(format!("{} again", name(sent.record))),
                Some(latest) if latest > sent.record => {
                    notes.push(format!("{} is overtaken by {}", name(sent.record), name(latest)));
                }
                _ => {}
            }
            latest = latest.max(Some(sent.record));
        }
        comments.push(notes.join(", "));
    }
    comments
}

fn name(record: &Record, records: &Records) -> String {
    format!("{} {}", records.shapes[record.shape].name, record.id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::file::{Instant, ScenarioFile, Step};

    /// Reads lines, writes them, and reads them again.
    #[test]
    fn what_is_written_is_read_as_it_was() {
        let lines = "  O 1 10:00:00
  O 2 10:05:00.25 @1m30s x3 n=4, O \"a b\" 2026-01-07T00:00:00Z
  tick
  advance 10m
  crash
  restart
  crash: before_commit
  kinesis: { throttle: 0.2, for: 30s }
  s3: { fail: 0.05, slow: 500ms }
  kinesis: { expire_iterators: true }
  reshard: { stream: \"s\", split: shardId-000000000000 }
  reshard: { stream: \"s\", merge: [shardId-000000000001, shardId-000000000002] }
  stall: { stream: \"s\", for: 2m }
";
        let text = format!(
            "scenario: a\nresources: {{ streams: {{ s: {{ shards: 1 }} }} }}\nclock: {{ start: 2026-01-05T10:00:00Z }}\n\
             shapes:\n  O: {{ stream: s, row: {{ id: $id, at: $t, n: 1 }} }}\ntimeline: |\n{lines}"
        );
        let file = ScenarioFile::parse("a.wt.yaml", &text).unwrap();
        let (mut records, mut read) = (Records::default(), Vec::new());
        let shape = &file.shapes.get("O").unwrap();
        records.shape("O", "s", "$id", shape.body.clone());
        for line in &file.timeline.lines {
            read.push(match &line.step {
                Step::Send(sends) => TrialLine::Send(
                    sends
                        .iter()
                        .map(|send| {
                            let start = file.clock.start.value;
                            records.all.push(Record {
                                shape: 0,
                                id: send.id.clone(),
                                time: send.time.resolve(start, start),
                                fields: send.fields.clone(),
                                body: send.body.clone(),
                                line: 0,
                                due: 0,
                            });
                            assert!(!matches!(send.time, Instant::From(_)));
                            let record = records.all.len() - 1;
                            Sent { record, again: false, after: send.after, times: send.times }
                        })
                        .collect(),
                ),
                Step::Advance(length) => TrialLine::Advance(*length),
                Step::Crash => TrialLine::Crash,
                Step::Restart => TrialLine::Restart,
                Step::Start => TrialLine::Start,
                Step::Fault(fault) => TrialLine::Fault(Box::new(fault.value.clone())),
            });
        }
        let base = Base { records, lines: vec![], tick: 10_000_000, delay: 0, streams: vec![] };
        let written = timeline(&base, &read, file.clock.start.value);
        let written: String = written.iter().map(|line| format!("  {line}\n")).collect();
        assert_eq!(written, lines);
    }
}
