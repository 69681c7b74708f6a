//! What must hold after each line of a timeline, held against what the run did.

use wavetank_engine::ledger::{Loss, LossReason};
use wavetank_engine::watermark::Watermark;

use crate::chronicle::Chapter;
use crate::faults::Process;
use crate::file::{Count, Expected, FileError, Line, LineExpectation, UtcTime};
use crate::story::Teller;
use crate::world::LineOutcome;

const ROWS: [&str; 2] = ["row", "rows"];

/// Records of a line whose fates are shown beside a failure.
const FATES_SHOWN: usize = 6;

/// Judges one line: an error for each expectation that does not hold, at its place, with the reasons.
pub(crate) fn judge(teller: &Teller<'_>, outcome: &LineOutcome, jobs: &[(Process, &str)]) -> Vec<FileError> {
    let line = &teller.file.timeline.lines[outcome.line];
    let judging = Judging { teller, outcome, line, jobs };
    line.expect.iter().filter_map(|expectation| judging.judge(expectation)).collect()
}

struct Judging<'a> {
    teller: &'a Teller<'a>,
    outcome: &'a LineOutcome,
    line: &'a Line,
    jobs: &'a [(Process, &'a str)],
}

/// What was found where something else was expected.
struct Found {
    /// The whole sentence.
    message: String,
    /// The words under the expectation.
    label: String,
}

impl Judging<'_> {
    fn judge(&self, expectation: &LineExpectation) -> Option<FileError> {
        let found = self.check(expectation)?;
        let source = &self.teller.file.source;
        let mut error = source.error(expectation.place.clone(), found.message).label(found.label);
        let fates = self.fates(expectation);
        for (place, fate) in fates {
            error = error.also(place, fate);
        }
        let help = self.help(expectation);
        Some(if help.is_empty() { error } else { error.help(help.join("\n")) })
    }

    /// The difference between what is expected and what there is.
    fn check(&self, expectation: &LineExpectation) -> Option<Found> {
        let counted = |count: Count, found: u64, did: &str, [one, many]: [&str; 2]| {
            let rows = |n: u64| if n == 1 { format!("1 {one}") } else { format!("{n} {many}") };
            (!count.allows(found)).then(|| Found {
                message: format!("the line {did} {}, expected {count}", rows(found)),
                label: rows(found),
            })
        };
        let chapters = || self.chapters(expectation);
        let losses = |wanted: &dyn Fn(&Loss) -> bool| {
            chapters().flat_map(|c| &c.report.ledger.losses).filter(|loss| wanted(loss)).count() as u64
        };
        match &expectation.expected {
            Expected::Emits(count) => {
                counted(*count, chapters().map(|c| c.report.progress.output_rows).sum(), "emitted", ROWS)
            }
            Expected::Drops(count, None) => counted(*count, losses(&is_drop), "dropped", ROWS),
            Expected::Drops(count, Some(reason)) => {
                let what = [format!("row as {}", reason.name()), format!("rows as {}", reason.name())];
                counted(*count, losses(&|loss| loss.reason == *reason), "dropped", [&what[0], &what[1]])
            }
            Expected::Evicts(count) => {
                let evicted = losses(&|loss| loss.reason == LossReason::EvictedUnmatched);
                counted(*count, evicted, "evicted", ROWS)
            }
            Expected::Rejects(count) => {
                let rejected = chapters().map(|c| c.report.ledger.rejected.len() as u64).sum();
                counted(*count, rejected, "rejected", ["record", "records"])
            }
            Expected::State(count) => counted(*count, self.state(expectation), "left in state", ROWS),
            Expected::Batches(count) => {
                counted(*count, chapters().count() as u64, "ran", ["batch", "batches"])
            }
            Expected::Watermark(instant) => {
                let start = self.teller.file.clock.start.value;
                let now = UtcTime(self.outcome.millis * 1000);
                let wanted = instant.map_or(0, |instant| instant.resolve(start, now).0.div_euclid(1000));
                let (wanted, found) = (Watermark { millis: wanted }, self.watermark(expectation));
                let text = |watermark| self.teller.watermark(watermark);
                (wanted != found).then(|| Found {
                    message: format!("the watermark is {}, expected {}", text(found), text(wanted)),
                    label: text(found),
                })
            }
            Expected::Idle => self.not_idle(expectation),
        }
    }

    fn not_idle(&self, expectation: &LineExpectation) -> Option<Found> {
        let mut done = Vec::new();
        for chapter in self.chapters(expectation) {
            let (progress, ledger) = (&chapter.report.progress, &chapter.report.ledger);
            let read: u64 = progress.input_records.iter().sum();
            let moved = progress.watermark != progress.next_watermark;
            let counts =
                [(read, "read"), (progress.output_rows, "emitted"), (ledger.losses.len() as u64, "lost")];
            done.extend(counts.into_iter().filter(|(n, _)| *n > 0).map(|(n, did)| format!("{did} {n}")));
            done.extend(moved.then(|| "moved the watermark".to_owned()));
        }
        (!done.is_empty()).then(|| Found {
            message: format!("the line {}, expected it to be idle", done.join(", ")),
            label: "not idle".to_owned(),
        })
    }

    /// The batches of the line that an expectation is about.
    fn chapters(&self, expectation: &LineExpectation) -> impl Iterator<Item = &Chapter> {
        let jobs = self.meant(expectation).map(|at| (self.jobs[at].0, &self.outcome.batches[at]));
        jobs.flat_map(|(job, batches)| self.teller.chronicle.batches(job, batches))
    }

    /// The jobs that an expectation is about, by their places among the streaming jobs.
    fn meant(&self, expectation: &LineExpectation) -> impl Iterator<Item = usize> {
        let name = expectation.job.clone();
        let all = (0..self.jobs.len()).filter(move |at| {
            name.as_deref().is_none_or(|name| self.jobs.get(*at).is_some_and(|(_, job)| *job == name))
        });
        all.filter(|at| *at < self.outcome.batches.len())
    }

    /// The last batch of each meant job, by the end of the line.
    fn last_chapters(&self, expectation: &LineExpectation) -> impl Iterator<Item = &Chapter> {
        let last = |at: usize| {
            let end = self.outcome.batches[at].end;
            self.teller.chronicle.batches(self.jobs[at].0, &(0..end)).last()
        };
        self.meant(expectation).filter_map(last)
    }

    fn state(&self, expectation: &LineExpectation) -> u64 {
        let rows =
            |chapter: &Chapter| chapter.report.progress.state.iter().map(|(_, s)| s.rows_total).sum::<u64>();
        self.last_chapters(expectation).map(rows).sum()
    }

    /// The watermark of the first meant job that has one.
    fn watermark(&self, expectation: &LineExpectation) -> Watermark {
        let mut watermarks =
            self.last_chapters(expectation).map(|chapter| chapter.report.progress.next_watermark);
        watermarks.find(|watermark| *watermark != Watermark::ZERO).unwrap_or(Watermark::ZERO)
    }

    /// What became of the records that the line sent, at their places.
    fn fates(&self, expectation: &LineExpectation) -> Vec<(std::ops::Range<usize>, String)> {
        let crate::file::Step::Send(sends) = &self.line.step else { return Vec::new() };
        let sent = self.teller.producer.sent_by_lines().iter().enumerate();
        let mut of_line: Vec<(usize, usize)> =
            sent.filter(|(_, s)| s.line == self.outcome.line).map(|(number, s)| (number, s.index)).collect();
        of_line.dedup_by_key(|(_, index)| *index);
        let reads = |at: &usize, stream: &str| {
            let streams = self.teller.streams.get(&self.jobs[*at].0);
            streams.is_some_and(|streams| streams.iter().any(|read| read == stream))
        };
        let fate = |(number, index): (usize, usize)| {
            let place = sends[index].place.clone();
            if !self.meant(expectation).any(|at| reads(&at, &sends[index].stream)) {
                return None;
            }
            let at = self
                .meant(expectation)
                .find_map(|at| self.teller.read_as(self.jobs[at].0, number).map(|id| (at, id)));
            let text = match at {
                Some((at, id)) => self.teller.fate(self.jobs[at].0, id, self.outcome.batches[at].end),
                None => "no job has read it by then".to_owned(),
            };
            Some((place, text))
        };
        of_line.into_iter().take(FATES_SHOWN).filter_map(fate).collect()
    }

    /// Who set the watermark that decided, and how to hear more.
    fn help(&self, expectation: &LineExpectation) -> Vec<String> {
        let mut help = Vec::new();
        for at in self.meant(expectation) {
            let job = self.jobs[at].0;
            let chapters = self.teller.chronicle.batches(job, &self.outcome.batches[at]);
            let mut losses = chapters.iter().flat_map(|chapter| &chapter.report.ledger.losses);
            let null = losses.clone().find(|loss| misses_a_value(loss.reason));
            let late = losses.find(|loss| loss.reason == LossReason::Late);
            if let Some(text) = null.and_then(|loss| self.teller.text(job, loss.record)) {
                help.push(format!("the record that misses a value is {text}"));
                help.push(
                    "a column is null when the record has no field of its name, or the query cannot cast it"
                        .to_owned(),
                );
            }
            let watermark = match (&expectation.expected, late) {
                (Expected::Watermark(_), _) => Some(self.watermark(expectation)),
                (_, Some(late)) => late.watermark,
                _ => None,
            };
            help.extend(watermark.into_iter().flat_map(|watermark| self.teller.who_set(job, watermark)));
            if let Some(late) = late {
                let name = self.teller.name(job, late.record);
                let id = name.split(' ').next_back().unwrap_or_default();
                help.push(format!("`wavetank explain {} --row {id}`", self.teller.file.source.name));
            }
        }
        help
    }
}

/// Whether a row was lost because something in it is null.
fn misses_a_value(reason: LossReason) -> bool {
    matches!(reason, LossReason::NullKey | LossReason::NullEventTime)
}

/// Whether a loss is one on the way in: not an eviction, and not what the query itself asked for.
fn is_drop(loss: &Loss) -> bool {
    !matches!(loss.reason, LossReason::EvictedUnmatched | LossReason::Filtered)
}
