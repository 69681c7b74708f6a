//! From a scenario's own lines to one that nobody has thought of.
//!
//! Each case first draws which of the allowed kinds of disorder it has and how wild they are, so that rare combinations
//! are met ("swarm testing", Groce et al. 2012). Then the records are put into an order, cut into lines, and everything
//! that disturbs is put between them.

use super::base::Base;
use super::disturb::disturb;
use super::trial::{Sent, Trial, TrialLine, length};
use crate::file::{Length, Vary};
use crate::rng::Rng;

/// What a case has of the kinds that a property varies.
#[derive(Debug, Clone, PartialEq)]
pub struct Swarm {
    on: Vec<Vary>,
    /// How far a record may be displaced, in microseconds.
    pub distance: i64,
    /// The share of records that are displaced.
    displaced: f64,
    /// The share of displaced records that say so with an arrival after their line.
    after: f64,
    /// The share of records behind which a line ends.
    cut: f64,
    /// The share of lines behind which nothing is sent for a tick.
    idle: f64,
    /// The share of records that are sent again.
    again: f64,
    /// About how many things disturb a run.
    pub disturbances: u64,
}

impl Swarm {
    /// Draws what a case has.
    pub fn draw(vary: &[Vary], within: Option<Length>, delay: i64, rng: &mut Rng) -> Self {
        let mut on: Vec<Vary> = vary.iter().copied().filter(|_| rng.chance(0.5)).collect();
        if on.is_empty() {
            on.push(vary[rng.below(vary.len() as u64) as usize]);
        }
        let unbounded = if delay > 0 { delay } else { 600_000_000 };
        let most = within.map_or(unbounded * 3, Length::micros);
        let mut one_of = |choices: &[f64]| choices[rng.below(choices.len() as u64) as usize];
        Self {
            on,
            distance: (most as f64 * one_of(&[0.05, 0.2, 0.5, 1.0, 1.0])) as i64,
            displaced: one_of(&[0.1, 0.3, 1.0]),
            after: one_of(&[0.0, 0.0, 0.3]),
            cut: one_of(&[0.1, 0.3, 0.6, 1.0]),
            idle: one_of(&[0.0, 0.1, 0.5]),
            again: one_of(&[0.1, 0.3, 1.0]),
            disturbances: one_of(&[1.0, 2.0, 4.0]) as u64,
        }
    }

    /// Whether it has a kind.
    pub fn has(&self, vary: Vary) -> bool {
        self.on.contains(&vary)
    }
}

/// A record on its way into a line.
struct Item {
    sent: Sent,
    due: i64,
}

/// Draws a case of some of a base's records.
pub fn vary(base: &Base, keep: impl Fn(usize) -> bool, swarm: &Swarm, rng: &Rng) -> Trial {
    let own = base.only(keep);
    let orders = [Vary::Arrival, Vary::Batching, Vary::Duplicates].iter().any(|kind| swarm.has(*kind));
    let lines = if orders { reordered(base, &own, swarm, rng) } else { own };
    let lines = disturb(lines, base, swarm, rng);
    let mut of = rng.fork("options");
    let seed = of.below(1_000_000);
    let parallelism = if swarm.has(Vary::Parallelism) { 1 + of.below(4) as usize } else { 1 };
    Trial { seed, parallelism, lines }
}

fn reordered(base: &Base, own: &[TrialLine], swarm: &Swarm, rng: &Rng) -> Vec<TrialLine> {
    let items = items(base, own, swarm, &mut rng.fork("order"));
    let mut lines = cut(&items, own, swarm, &mut rng.fork("lines"));
    // Slow calls move the clock: what arrives after a line would come before lines that it was to come behind.
    if swarm.has(Vary::Arrival) && swarm.after > 0.0 && !swarm.has(Vary::Faults) {
        arrive_later(&mut lines, base.tick, swarm.after, &mut rng.fork("after"));
    }
    lines
}

/// The records in the order in which they are sent.
fn items(base: &Base, own: &[TrialLine], swarm: &Swarm, rng: &mut Rng) -> Vec<Item> {
    let mut items = Vec::new();
    for sent in own.iter().flat_map(TrialLine::sent) {
        let mut sent = *sent;
        let turn = base.records.all[sent.record].due;
        let mut due = turn;
        if swarm.has(Vary::Arrival) {
            sent.after = Length::default();
            if rng.chance(swarm.displaced) {
                due += displacement(swarm.distance, rng);
            }
        }
        let again = swarm.has(Vary::Duplicates) && rng.chance(swarm.again);
        match again.then(|| rng.below(3)) {
            Some(0) => sent.times += 1 + rng.below(2) as u32,
            Some(_) => {
                let copy = Sent { again: true, after: Length::default(), times: 1, ..sent };
                let later = turn + displacement(swarm.distance, rng);
                items.push(Item { sent: copy, due: due.max(later) });
            }
            None => {}
        }
        // In front of its copy, which may be due at the same time.
        let at =
            items.len() - usize::from(again && items.last().is_some_and(|i| i.sent.record == sent.record));
        items.insert(at, Item { sent, due });
    }
    match swarm.has(Vary::Arrival) {
        true => items.sort_by_key(|item| item.due),
        false => only_copies_move(&mut items),
    }
    items
}

/// How much later, in microseconds: often by the whole distance, which is where most goes wrong.
fn displacement(distance: i64, rng: &mut Rng) -> i64 {
    if rng.chance(0.2) {
        return distance;
    }
    let drawn = rng.between(0, distance);
    // Whole seconds are easier to read.
    if distance > 2_000_000 { drawn / 1_000_000 * 1_000_000 } else { drawn }
}

/// Copies find their places among the other records, which keep their order.
fn only_copies_move(items: &mut Vec<Item>) {
    let (copies, kept): (Vec<Item>, Vec<Item>) =
        std::mem::take(items).into_iter().partition(|item| item.sent.again);
    *items = kept;
    for copy in copies {
        let first = items.iter().position(|item| item.sent.record == copy.sent.record);
        let behind = first.map_or(0, |first| first + 1);
        let at = items[behind..].iter().position(|item| item.due > copy.due);
        items.insert(at.map_or(items.len(), |at| behind + at), copy);
    }
}

/// Records as lines, with the scenario's own other lines where they stood. Lines end where the scenario's own do, or
/// anywhere.
fn cut(items: &[Item], own: &[TrialLine], swarm: &Swarm, rng: &mut Rng) -> Vec<TrialLine> {
    let anew = swarm.has(Vary::Batching);
    let mut lines = Vec::new();
    let mut line: Vec<Sent> = Vec::new();
    // The numbers of own records behind which a line ends or another line stands.
    let (mut own, mut until, mut placed) = (own.iter(), 0, 0);
    let mut next_own = |until: &mut usize, lines: &mut Vec<TrialLine>| {
        for own in own.by_ref() {
            match own.sent() {
                [] => lines.push(own.clone()),
                sent => {
                    *until += sent.len();
                    return;
                }
            }
        }
        *until = usize::MAX;
    };
    next_own(&mut until, &mut lines);
    for item in items {
        line.push(item.sent);
        placed += usize::from(!item.sent.again);
        let at_end = placed == until && !item.sent.again;
        let ends = if anew { rng.chance(swarm.cut) } else { at_end };
        if ends {
            lines.push(TrialLine::Send(std::mem::take(&mut line)));
            if anew && rng.chance(swarm.idle) {
                lines.push(TrialLine::Send(Vec::new()));
            }
        }
        if at_end {
            let mut between = Vec::new();
            next_own(&mut until, &mut between);
            if !between.is_empty() && !line.is_empty() {
                lines.push(TrialLine::Send(std::mem::take(&mut line)));
            }
            lines.append(&mut between);
        }
    }
    if !line.is_empty() {
        lines.push(TrialLine::Send(line));
    }
    lines
}

/// Some records are sent by an earlier line, and arrive when they would have.
fn arrive_later(lines: &mut [TrialLine], tick: i64, share: f64, rng: &mut Rng) {
    let mut starts = Vec::with_capacity(lines.len());
    let mut now = 0;
    for line in lines.iter() {
        now += line.micros(tick);
        starts.push(now);
    }
    let sending: Vec<usize> = (0..lines.len()).filter(|at| !lines[*at].sent().is_empty()).collect();
    for position in 1..sending.len() {
        let at = sending[position];
        let TrialLine::Send(sent) = &mut lines[at] else { continue };
        let (moved, kept): (Vec<Sent>, Vec<Sent>) =
            std::mem::take(sent).into_iter().partition(|sent| !sent.again && rng.chance(share));
        *sent = kept;
        for mut one in moved {
            let earlier = sending[rng.below(position as u64) as usize];
            one.after = length(starts[at] - starts[earlier] + one.after.micros());
            if let TrialLine::Send(line) = &mut lines[earlier] {
                line.push(one);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::super::records::{Record, RecordShape, Records};
    use super::super::trial::records_sent;
    use super::*;
    use crate::file::{Body, Fault, UtcTime};

    const MINUTE: i64 = 60_000_000;

    /// Eight records, a minute apart, two in each line; time passes behind the second line.
    fn base() -> Base {
        let shape = RecordShape {
            name: "S".to_owned(),
            stream: "s".to_owned(),
            key: "$id".to_owned(),
            body: Body::Raw(String::new()),
            is_own: true,
        };
        let record = |at: i64| Record {
            shape: 0,
            id: at.to_string(),
            time: UtcTime(at * MINUTE),
            fields: vec![],
            body: shape.body.clone(),
            line: (at / 2) as usize,
            due: at * MINUTE,
        };
        let sent = |record| Sent { record, again: false, after: Length::default(), times: 1 };
        let mut lines: Vec<TrialLine> =
            (0..4).map(|line| TrialLine::Send(vec![sent(line * 2), sent(line * 2 + 1)])).collect();
        lines.insert(2, TrialLine::Advance(length(MINUTE)));
        Base {
            records: Records { all: (0..8).map(record).collect(), shapes: vec![shape] },
            lines,
            tick: 10_000_000,
            delay: 2 * MINUTE,
            streams: vec![("s".to_owned(), 2)],
        }
    }

    fn drawn(vary: &[Vary], within: Option<Length>, number: u64) -> Trial {
        let mut rng = Rng::new(1).fork(&number.to_string());
        let swarm = Swarm::draw(vary, within, base().delay, &mut rng);
        super::vary(&base(), |_| true, &swarm, &rng)
    }

    fn order(lines: &[TrialLine]) -> Vec<usize> {
        lines.iter().flat_map(TrialLine::sent).filter(|s| !s.again).map(|sent| sent.record).collect()
    }

    fn faults(lines: &[TrialLine]) -> impl Iterator<Item = &Fault> {
        lines.iter().filter_map(|line| match line {
            TrialLine::Fault(fault) => Some(&**fault),
            _ => None,
        })
    }

    /// Of 200 cases, how many show something.
    fn share(vary: &[Vary], shows: impl Fn(&Trial) -> bool) -> usize {
        (0..200).filter(|number| shows(&drawn(vary, None, *number))).count()
    }

    #[test]
    fn every_kind_is_drawn_and_alone_it_changes_nothing_else() {
        let own = base().lines;
        let orders = |trial: &Trial| order(&trial.lines) != [0, 1, 2, 3, 4, 5, 6, 7];
        assert!(share(&[Vary::Arrival], orders) > 100);
        let cut = |trial: &Trial| trial.lines != own && !orders(trial);
        assert!(share(&[Vary::Batching], cut) > 150);
        let again = |trial: &Trial| {
            !orders(trial) && trial.lines.iter().flat_map(TrialLine::sent).any(|s| s.again || s.times > 1)
        };
        assert!(share(&[Vary::Duplicates], again) > 100);
        let crashed = |trial: &Trial| {
            trial.lines.contains(&TrialLine::Crash)
                || faults(&trial.lines).any(|fault| matches!(fault, Fault::Crash(_)))
        };
        assert!(share(&[Vary::CrashPoints], crashed) > 150);
        let resharded = |trial: &Trial| {
            let only = trial.lines.iter().filter(|line| !matches!(line, TrialLine::Fault(_)));
            faults(&trial.lines).all(|fault| matches!(fault, Fault::Reshard(_)))
                && trial.lines.len() > own.len()
                && only.cloned().collect::<Vec<_>>() == own
        };
        assert_eq!(share(&[Vary::Resharding], resharded), 200);
        assert!(share(&[Vary::Parallelism], |trial| trial.parallelism > 1 && trial.lines == own) > 100);
        let trouble = |trial: &Trial| {
            faults(&trial.lines).any(|f| matches!(f, Fault::Kinesis(_) | Fault::S3(_) | Fault::Glue(_)))
        };
        assert_eq!(share(&[Vary::Faults], trouble), 200);
    }

    #[test]
    fn every_point_of_a_crash_and_every_trouble_is_drawn() {
        let mut met: BTreeMap<String, u32> = BTreeMap::new();
        for number in 0..400 {
            for fault in faults(&drawn(&[Vary::CrashPoints, Vary::Faults], None, number).lines) {
                *met.entry(format!("{fault:?}").chars().take(24).collect()).or_default() += 1;
            }
        }
        let points = met.keys().filter(|name| name.starts_with("Crash")).count();
        assert_eq!(points, 8, "{met:?}");
        for service in ["Kinesis", "S3", "Glue"] {
            assert!(met.keys().any(|name| name.starts_with(service)), "{met:?}");
        }
    }

    #[test]
    fn no_record_is_lost_on_the_way_and_own_lines_stay_where_they_stood() {
        for number in 0..300 {
            let trial = drawn(&Vary::ALL, None, number);
            assert_eq!(records_sent(&trial.lines), [0, 1, 2, 3, 4, 5, 6, 7], "{trial:?}");
            let mut sorted = order(&trial.lines);
            sorted.sort_unstable();
            assert_eq!(sorted, [0, 1, 2, 3, 4, 5, 6, 7]);
            let waits = trial.lines.iter().filter(|line| matches!(line, TrialLine::Advance(_))).count();
            assert_eq!(waits, 1, "{trial:?}");
        }
    }

    #[test]
    fn nothing_is_overtaken_by_more_than_it_may() {
        let within = length(3 * MINUTE);
        let mut overtaken = 0;
        for number in 0..300 {
            let trial = drawn(&[Vary::Arrival], Some(within), number);
            let mut now = 0;
            let mut arrivals = Vec::new();
            for line in &trial.lines {
                now += line.micros(base().tick);
                arrivals.extend(line.sent().iter().map(|sent| (now + sent.after.micros(), sent.record)));
            }
            arrivals.sort_by_key(|(arrival, _)| *arrival);
            for (at, (_, record)) in arrivals.iter().enumerate() {
                let ahead = arrivals[..at].iter().map(|(_, earlier)| *earlier as i64 - *record as i64).max();
                overtaken = overtaken.max(ahead.unwrap_or_default());
            }
        }
        assert_eq!(overtaken, 3);
    }

    #[test]
    fn a_copy_comes_behind_its_original() {
        for number in 0..300 {
            let trial = drawn(&[Vary::Duplicates, Vary::Arrival, Vary::Batching], None, number);
            let sent: Vec<Sent> = trial.lines.iter().flat_map(TrialLine::sent).copied().collect();
            for (at, copy) in sent.iter().enumerate().filter(|(_, sent)| sent.again) {
                assert!(sent[..at].iter().any(|s| s.record == copy.record && !s.again), "{trial:?}");
            }
        }
    }
}
