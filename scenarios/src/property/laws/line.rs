//! A timeline of the tool's own laws: what arrives before a trigger, and how the query was stopped before that.

use std::collections::BTreeMap;
use std::fmt;

use crate::conform::{Record, Restart, Step};
use crate::property::shrink::Shrink;
use crate::rng::Rng;

/// One line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Line {
    /// What happens to the process before anything arrives.
    pub stop: Option<Stop>,
    /// Records per stream, all of which are there before the trigger.
    pub data: BTreeMap<String, Vec<Record>>,
    /// Whether the next line's records are there before another trigger.
    pub busy: bool,
}

/// How a process ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stop {
    /// It is stopped at rest, and started again.
    Clean,
    /// It dies at a call of this line, counted from 0, and starts again.
    Crash {
        /// Which call.
        call: u64,
        /// Whether the call takes effect.
        after: bool,
        /// Whether it dies again so many calls later.
        again: Option<u64>,
    },
}

/// Calls that a line makes, at most, by and large.
const CALLS: u64 = 16;

impl Line {
    /// The lines of steps that were drawn, with crashes at calls of the checkpoint and the sink instead of replays.
    pub fn of(steps: Vec<Step>, rng: &Rng) -> Vec<Line> {
        let mut rng = rng.fork("crashes");
        let crash = |rng: &mut Rng| Stop::Crash {
            call: rng.below(CALLS),
            after: rng.chance(0.5),
            again: rng.chance(0.2).then(|| 1 + rng.below(CALLS)),
        };
        let line = |step: Step| {
            let stop = step.restart.map(|restart| match restart {
                Restart::Clean => Stop::Clean,
                Restart::ReplayLast => crash(&mut rng),
            });
            Line { stop, data: step.data, busy: !step.drain }
        };
        steps.into_iter().map(line).collect()
    }

    /// The same lines with a clean stop for each crash; `None` when there is no crash.
    pub fn without_crashes(lines: &[Line]) -> Option<Vec<Line>> {
        let crashes = |line: &Line| matches!(line.stop, Some(Stop::Crash { .. }));
        let calm = |line: &Line| match crashes(line) {
            true => Line { stop: Some(Stop::Clean), ..line.clone() },
            false => line.clone(),
        };
        lines.iter().any(crashes).then(|| lines.iter().map(calm).collect())
    }

    /// Whether nothing happens and nothing arrives.
    fn is_plain(&self) -> bool {
        self.stop.is_none() && !self.busy
    }
}

impl Shrink for Line {
    fn parts(&self) -> usize {
        self.data.values().map(Vec::len).sum()
    }

    fn without(&self, part: usize) -> Self {
        let mut line = self.clone();
        let mut before = 0;
        for records in line.data.values_mut() {
            if part < before + records.len() {
                records.remove(part - before);
                break;
            }
            before += records.len();
        }
        line
    }

    fn merged(&self, next: &Self) -> Option<Self> {
        if next.stop.is_some() {
            return None;
        }
        let mut line = Line { busy: next.busy, ..self.clone() };
        for (stream, records) in &next.data {
            line.data.entry(stream.clone()).or_default().extend(records.iter().cloned());
        }
        Some(line)
    }

    fn plainer(&self) -> Vec<Self> {
        if self.is_plain() {
            return vec![];
        }
        let mut all = vec![Line { stop: None, ..self.clone() }, Line { busy: false, ..self.clone() }];
        if let Some(Stop::Crash { call, after, again }) = self.stop {
            all.push(Line { stop: Some(Stop::Clean), ..self.clone() });
            all.extend(
                again.map(|_| Line { stop: Some(Stop::Crash { call, after, again: None }), ..self.clone() }),
            );
        }
        all.retain(|line| line != self);
        all
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.stop {
            None => {}
            Some(Stop::Clean) => f.write_str("restart; ")?,
            Some(Stop::Crash { call, after, again }) => {
                let side = if after { "after" } else { "before" };
                write!(f, "crash {side} call {call}")?;
                again.map_or(Ok(()), |more| write!(f, " and {more} later"))?;
                f.write_str("; ")?;
            }
        }
        let all =
            self.data.iter().flat_map(|(stream, records)| records.iter().map(move |record| (stream, record)));
        let mut between = "";
        for (stream, record) in all {
            write!(f, "{between}{stream} {}", record.0)?;
            between = ", ";
        }
        if between.is_empty() {
            f.write_str("tick")?;
        }
        if self.busy { f.write_str("; the next line follows at once") } else { Ok(()) }
    }
}
