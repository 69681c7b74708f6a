//! What goes wrong between the lines: crashes, shards that change, services that refuse.

use super::base::Base;
use super::shards::Shards;
use super::trial::{TrialLine, length};
use super::vary::Swarm;
use crate::file::{CrashPoint, Fault, Share, Trouble, Vary};
use crate::rng::Rng;

/// Puts disturbances between lines.
pub(super) fn disturb(mut lines: Vec<TrialLine>, base: &Base, swarm: &Swarm, rng: &Rng) -> Vec<TrialLine> {
    if swarm.has(Vary::CrashPoints) {
        crash(&mut lines, swarm, &mut rng.fork("crashes"));
    }
    if swarm.has(Vary::Faults) {
        trouble(&mut lines, base.tick, swarm, &mut rng.fork("faults"));
    }
    if swarm.has(Vary::Resharding) {
        lines = reshard(lines, base, swarm, &mut rng.fork("shards"));
    }
    lines
}

fn fault(fault: Fault) -> TrialLine {
    TrialLine::Fault(Box::new(fault))
}

/// Somewhere behind the line that starts the jobs, if there is one.
fn somewhere(lines: &[TrialLine], rng: &mut Rng) -> usize {
    let first = lines.iter().position(|line| *line == TrialLine::Start).map_or(0, |at| at + 1);
    first + rng.below((lines.len() - first + 1) as u64) as usize
}

fn crash(lines: &mut Vec<TrialLine>, swarm: &Swarm, rng: &mut Rng) {
    for _ in 0..1 + rng.below(swarm.disturbances) {
        let at = somewhere(lines, rng);
        match rng.below(8) {
            0 => lines.insert(at, TrialLine::Restart),
            1 => {
                let restart = at + 1 + rng.below((lines.len() - at + 1) as u64) as usize;
                lines.insert(at, TrialLine::Crash);
                lines.insert(restart, TrialLine::Restart);
            }
            // Again while it recovers.
            2 => {
                for _ in 0..2 {
                    lines.insert(at, fault(Fault::Crash(point(rng))));
                }
            }
            _ => lines.insert(at, fault(Fault::Crash(point(rng)))),
        }
    }
}

fn point(rng: &mut Rng) -> CrashPoint {
    CrashPoint::ALL[rng.below(CrashPoint::ALL.len() as u64) as usize]
}

/// Troubles that a job gets over, as a rule.
fn trouble(lines: &mut Vec<TrialLine>, tick: i64, swarm: &Swarm, rng: &mut Rng) {
    for _ in 0..1 + rng.below(swarm.disturbances) {
        let at = somewhere(lines, rng);
        let share = Share([0.02, 0.05, 0.2][rng.below(3) as usize]);
        let slow = length([500_000, 5_000_000, 35_000_000][rng.below(3) as usize]);
        let lasting = rng.chance(0.5).then(|| length(tick * (1 + rng.below(5) as i64)));
        let of = Trouble { length: lasting, ..Trouble::default() };
        let what = match rng.below(8) {
            0 => Fault::Kinesis(Trouble { throttle: Share(share.0 * 2.0), ..of }),
            1 => Fault::Kinesis(Trouble { fail: share, ..of }),
            2 => Fault::Kinesis(Trouble { expire_iterators: true, length: None, ..of }),
            3 => Fault::Kinesis(Trouble { slow, ..of }),
            4 => Fault::S3(Trouble { throttle: share, ..of }),
            5 => Fault::S3(Trouble { fail: share, ..of }),
            6 => Fault::S3(Trouble { slow, length: None, ..of }),
            _ => Fault::Glue(Trouble { fail: share, length: Some(length(tick)), ..Trouble::default() }),
        };
        lines.insert(at, fault(what));
    }
}

/// Splits and merges, in an order in which the stream has the shards.
fn reshard(lines: Vec<TrialLine>, base: &Base, swarm: &Swarm, rng: &mut Rng) -> Vec<TrialLine> {
    let mut streams: Vec<(&str, Shards)> =
        base.streams.iter().map(|(name, count)| (name.as_str(), Shards::new(*count))).collect();
    let mut places: Vec<usize> =
        (0..1 + rng.below(swarm.disturbances)).map(|_| somewhere(&lines, rng)).collect();
    places.sort_unstable();
    let mut resharded = Vec::with_capacity(lines.len() + places.len());
    let mut places = places.into_iter().peekable();
    let end = lines.len();
    for (at, line) in lines.into_iter().map(Some).chain([None]).enumerate() {
        while places.next_if(|place| *place == at.min(end)).is_some() {
            let stream = rng.below(streams.len() as u64) as usize;
            let (name, shards) = &mut streams[stream];
            // A line of the scenario's own may have changed them: what a stream refuses ends the trial, which says
            // nothing then.
            resharded.push(fault(Fault::Reshard(shards.change(name, rng))));
        }
        resharded.extend(line);
    }
    resharded
}
