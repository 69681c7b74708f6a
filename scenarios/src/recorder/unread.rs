//! Records that were put into a stream and that a job has never read: they came before it began to read at the tip,
//! or the stream had dropped them by the time that the job got to them, or they are still there.

use std::collections::BTreeSet;

use super::tables::{numbers, rows, text, texts, times};
use super::{Recorder, SystemRows, id};
use crate::faults::Process;
use crate::file::ScenarioFile;
use crate::producer::Producer;

/// `wavetank.dropped.reason` of records from before the start of a job that reads from `latest` on.
pub(super) const BEFORE_LATEST: &str = "before_latest";

/// `wavetank.dropped.reason` of records that had passed the stream's retention period before they were read.
pub(super) const TRIMMED: &str = "trimmed";

/// What decides why a record was never read.
#[derive(Debug, Clone, Copy)]
pub struct ReadFrom {
    /// When the job first started, in milliseconds, if it reads from the tip on.
    pub latest_from_millis: Option<i64>,
    /// Records that arrived before this are gone, in milliseconds.
    pub trim_horizon_millis: i64,
}

struct Unread {
    shard: String,
    sequence_number: String,
    arrival_millis: i64,
    reason: Option<&'static str>,
    sent: Option<usize>,
}

impl Recorder {
    /// The rows of records that a job has never read from one of its sources, and what they count as.
    pub fn unread(
        &mut self,
        job: Process,
        source: u8,
        from: ReadFrom,
        file: &ScenarioFile,
        producer: &Producer,
    ) -> Vec<SystemRows> {
        let unread = self.find_unread(job, source, from, producer);
        if unread.is_empty() {
            return Vec::new();
        }
        for reason in unread.iter().filter_map(|record| record.reason) {
            *self.lost.entry((job, source, reason)).or_default() += 1;
        }
        let line = |record: &Unread| {
            let sent = producer.sent_by_lines().get(record.sent?)?;
            Some(file.timeline.lines[sent.line].number as i64)
        };
        let stream = self.stream(job, source);
        let name = &file.source.name;
        let input = rows(
            "input",
            vec![
                self.job(job, unread.len()),
                numbers(unread.iter().map(|_| Some(i64::from(source)))),
                text(unread.iter().map(|_| stream)),
                text(unread.iter().map(|r| &r.shard)),
                text(unread.iter().map(|r| &r.sequence_number)),
                texts(unread.iter().map(|_| None::<&str>)),
                times(unread.iter().map(|r| Some(r.arrival_millis * 1000))),
                numbers(unread.iter().map(|_| None)),
                numbers(unread.iter().map(|_| None)),
                texts(unread.iter().map(|r| id(file, producer, r.sent))),
                texts(unread.iter().map(|r| line(r).map(|_| name))),
                numbers(unread.iter().map(line)),
                texts(unread.iter().map(|_| None::<&str>)),
            ],
        );
        let lost: Vec<&Unread> = unread.iter().filter(|record| record.reason.is_some()).collect();
        let dropped = rows(
            "dropped",
            vec![
                self.job(job, lost.len()),
                text(lost.iter().map(|_| stream)),
                text(lost.iter().map(|r| &r.shard)),
                text(lost.iter().map(|r| &r.sequence_number)),
                times(lost.iter().map(|_| None)),
                times(lost.iter().map(|r| Some(r.arrival_millis * 1000))),
                times(lost.iter().map(|_| None)),
                texts(lost.iter().map(|_| None::<&str>)),
                numbers(lost.iter().map(|_| None)),
                texts(lost.iter().map(|r| r.reason)),
                texts(lost.iter().map(|r| line(r).map(|_| name))),
                numbers(lost.iter().map(|r| line(r))),
            ],
        );
        vec![input, dropped]
    }

    fn find_unread(&self, job: Process, source: u8, from: ReadFrom, producer: &Producer) -> Vec<Unread> {
        let stream = self.stream(job, source);
        let Some(put) = producer.put(stream) else { return Vec::new() };
        let sources = (job, 0, source)..=(job, u32::MAX, source);
        let read = self.origins.range(sources).filter(|((_, _, of), _)| *of == source);
        let read: Vec<_> = read.flat_map(|(_, origins)| origins).collect();
        if read.len() == put.values().map(Vec::len).sum::<usize>() {
            return Vec::new();
        }
        let read: BTreeSet<(&str, &str)> =
            read.into_iter().map(|origin| (&*origin.shard, origin.sequence_number.as_str())).collect();
        let mut unread = Vec::new();
        for (shard, records) in put {
            let shard = shard.to_string();
            for record in records {
                let sequence_number = record.sequence_number.to_string();
                if read.contains(&(shard.as_str(), sequence_number.as_str())) {
                    continue;
                }
                let arrival_millis = record.arrival_millis;
                let reason = match from.latest_from_millis {
                    Some(start) if arrival_millis < start => Some(BEFORE_LATEST),
                    _ if arrival_millis < from.trim_horizon_millis => Some(TRIMMED),
                    _ => None,
                };
                let sent = producer.sent_at(stream, &shard, &sequence_number);
                unread.push(Unread { shard: shard.clone(), sequence_number, arrival_millis, reason, sent });
            }
        }
        unread
    }
}
