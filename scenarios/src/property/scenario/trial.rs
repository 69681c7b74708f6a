//! A trial: a timeline as data, that can be varied, shrunk, run and written.
//!
//! Its lines name records by their places in [`Records`], so that a record is the same wherever and however often it is
//! sent.

use std::collections::BTreeSet;

use super::records::Records;
use crate::file::{CrashPoint, Fault, Length, Line, Step};

/// One case.
#[derive(Debug, Clone, PartialEq)]
pub struct Trial {
    /// What the faults that hit a share of the calls draw from.
    pub seed: u64,
    /// Threads that decode a batch's records.
    pub parallelism: usize,
    /// What happens.
    pub lines: Vec<TrialLine>,
}

/// One line.
#[derive(Debug, Clone, PartialEq)]
pub enum TrialLine {
    /// Records are sent, and the triggers fire. None for a `tick`.
    Send(Vec<Sent>),
    /// Time passes.
    Advance(Length),
    /// The processes die, until they are restarted.
    Crash,
    /// They start again.
    Restart,
    /// They start for the first time.
    Start,
    /// Something goes wrong.
    Fault(Box<Fault>),
}

/// A record in a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sent {
    /// Which, by its place among the records.
    pub record: usize,
    /// Whether it was sent before.
    pub again: bool,
    /// How long after the line it arrives.
    pub after: Length,
    /// How often it is sent.
    pub times: u32,
}

impl TrialLine {
    /// The records that it sends.
    pub fn sent(&self) -> &[Sent] {
        match self {
            TrialLine::Send(sent) => sent,
            _ => &[],
        }
    }

    /// How much time it takes, in microseconds.
    pub fn micros(&self, tick: i64) -> i64 {
        match self {
            TrialLine::Send(_) => tick,
            TrialLine::Advance(length) => length.micros(),
            _ => 0,
        }
    }

    /// Whether it is no part of an undisturbed run.
    pub fn disturbs(&self) -> bool {
        match self {
            TrialLine::Crash | TrialLine::Restart => true,
            TrialLine::Fault(fault) => !matches!(**fault, Fault::Run(_)),
            TrialLine::Send(_) | TrialLine::Advance(_) | TrialLine::Start => false,
        }
    }

    fn step(&self, records: &Records) -> Step {
        match self {
            TrialLine::Send(sent) => {
                Step::Send(sent.iter().map(|s| records.send(s.record, s.after, s.times)).collect())
            }
            TrialLine::Advance(length) => Step::Advance(*length),
            TrialLine::Crash => Step::Crash,
            TrialLine::Restart => Step::Restart,
            TrialLine::Start => Step::Start,
            TrialLine::Fault(fault) => Step::Fault(Box::new(crate::file::nowhere((**fault).clone()))),
        }
    }
}

/// The places of the records that are sent, each once, ascending.
pub fn records_sent(lines: &[TrialLine]) -> Vec<usize> {
    let sent: BTreeSet<usize> = lines.iter().flat_map(TrialLine::sent).map(|sent| sent.record).collect();
    sent.into_iter().collect()
}

/// The lines as they are run and written. No process dies that is dead already, none stays dead, and nothing is still
/// on its way at the end.
pub fn complete(lines: &[TrialLine], tick: i64) -> Vec<TrialLine> {
    let mut whole = Vec::with_capacity(lines.len() + 2);
    let (mut down, mut now, mut pending) = (false, 0, 0);
    // Whether something has happened that no trigger has seen.
    let mut unseen = false;
    for line in lines {
        match line {
            TrialLine::Crash if down => continue,
            TrialLine::Crash => down = true,
            TrialLine::Restart => down = false,
            TrialLine::Fault(fault) => match &**fault {
                Fault::Stall(stall) => pending = pending.max(now + stall.length.micros()),
                // Who died starts again at the next trigger.
                Fault::Crash(CrashPoint::Now) => unseen = true,
                _ => {}
            },
            TrialLine::Send(_) | TrialLine::Advance(_) => unseen = down,
            TrialLine::Start => {}
        }
        now += line.micros(tick);
        pending = line.sent().iter().map(|sent| now + sent.after.micros()).fold(pending, i64::max);
        whole.push(line.clone());
    }
    if down {
        whole.push(TrialLine::Restart);
    }
    if pending > now {
        let ticks = (pending - now + tick - 1) / tick;
        whole.push(TrialLine::Advance(length(ticks * tick)));
    } else if unseen {
        whole.push(TrialLine::Send(Vec::new()));
    }
    whole
}

/// Complete lines as a scenario has them.
pub fn file_lines(lines: &[TrialLine], records: &Records) -> Vec<Line> {
    let line = |(at, line): (usize, &TrialLine)| Line {
        place: 0..0,
        number: at + 1,
        step: line.step(records),
        expect: Vec::new(),
    };
    lines.iter().enumerate().map(line).collect()
}

/// A length of time.
pub fn length(micros: i64) -> Length {
    Length(std::time::Duration::from_micros(micros.max(0) as u64))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TICK: i64 = 10_000_000;

    fn send(record: usize, after: i64) -> TrialLine {
        TrialLine::Send(vec![Sent { record, again: false, after: length(after), times: 1 }])
    }

    #[test]
    fn the_dead_are_restarted_and_nothing_is_left_on_its_way() {
        let (crash, restart, tick) = (TrialLine::Crash, TrialLine::Restart, TrialLine::Send(vec![]));
        assert_eq!(
            complete(&[crash.clone(), send(0, 0), crash.clone()], TICK),
            [crash.clone(), send(0, 0), restart.clone(), tick.clone()]
        );
        assert_eq!(
            complete(&[crash.clone(), send(0, 0), restart.clone()], TICK),
            [crash.clone(), send(0, 0), restart.clone(), tick.clone()]
        );
        assert_eq!(complete(&[crash.clone(), restart.clone()], TICK), [crash, restart]);
        let dies = TrialLine::Fault(Box::new(Fault::Crash(CrashPoint::Now)));
        assert_eq!(complete(&[send(0, 0), dies.clone()], TICK), [send(0, 0), dies.clone(), tick.clone()]);
        assert_eq!(complete(&[dies.clone(), send(0, 0)], TICK), [dies, send(0, 0)]);
        let late = [send(0, 25_000_000), send(1, 0)];
        let advance = TrialLine::Advance(length(20_000_000));
        assert_eq!(complete(&late, TICK), [&late[..], &[advance]].concat());
    }

    #[test]
    fn records_are_told_once() {
        assert_eq!(records_sent(&[send(3, 0), send(1, 0), send(3, 0)]), [1, 3]);
    }
}
