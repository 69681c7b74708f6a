//! Each row is lost once, or kept, or has come out: what the ledger says of the records of a batch, taken together.

use std::collections::{BTreeMap, BTreeSet};

use wavetank_engine::batch::RecordId;
use wavetank_engine::ledger::{KeptRow, TraceEvent};

use super::{History, Subject};
use crate::conform::{Join, Op};
use crate::property::draw::Family;

/// What is known of one record.
#[derive(Debug, Default)]
struct Fate {
    losses: Vec<&'static str>,
    kept: Vec<bool>,
    joined: bool,
    came_out: bool,
}

pub(super) fn judge(subject: &Subject, history: &History) -> Option<String> {
    let fates = match fates(history) {
        Ok(fates) => fates,
        Err(stranger) => return Some(stranger),
    };
    let of_rows = matches!(subject.drawn.family, Family::Join(kind) if kind != Join::LeftSemi);
    // Behind the join a filter may take away one of the pairs that a row is in.
    let is_join = of_rows && !subject.drawn.query.iter().any(|op| matches!(op, Op::Filter { .. }));
    fates.into_iter().find_map(|(record, fate)| {
        let problem = match is_join {
            true => of_a_join(&fate),
            false => of_any(&fate),
        };
        let RecordId { batch, source, index } = record;
        problem
            .map(|problem| format!("record {index} of source {source} in batch {batch} {problem}: {fate:?}"))
    })
}

/// What became of each record that was read, until nothing more arrived.
fn fates(history: &History) -> Result<BTreeMap<RecordId, Fate>, String> {
    let mut fates: BTreeMap<RecordId, Fate> = BTreeMap::new();
    let before_the_end = || history.batches.iter().filter(|ran| !ran.at_the_end);
    for ran in before_the_end() {
        let batch = ran.report.progress.batch;
        for (source, read) in ran.report.inputs.iter().enumerate() {
            let ids =
                (0..read.records.len() as u32).map(|index| RecordId { batch, source: source as u8, index });
            fates.extend(ids.map(|id| (id, Fate::default())));
        }
    }
    for ran in before_the_end() {
        let mut lost = BTreeSet::new();
        for loss in &ran.report.ledger.losses {
            let fate = fates
                .get_mut(&loss.record)
                .ok_or_else(|| format!("nobody has sent what is lost: {loss:?}"))?;
            fate.losses.push(loss.reason.name());
            lost.insert(loss.record);
        }
        for trace in &ran.report.ledger.traces {
            // A group without rows is written under an id that no record has.
            let Some(fate) = fates.get_mut(&trace.record) else { continue };
            fate.came_out = true;
            if let TraceEvent::Joined { with } = trace.event {
                fate.joined = true;
                if let Some(other) = fates.get_mut(&with) {
                    (other.joined, other.came_out) = (true, true);
                }
            }
        }
    }
    for KeptRow { record, matched, .. } in &history.kept_at_rest {
        if let Some(fate) = fates.get_mut(record) {
            fate.kept.push(*matched);
        }
    }
    Ok(fates)
}

/// A record is one row of one side.
fn of_a_join(fate: &Fate) -> Option<&'static str> {
    match (&fate.losses[..], &fate.kept[..]) {
        ([_], []) if fate.came_out => Some("is lost and has come out"),
        ([_], []) => None,
        ([], [matched]) if *matched != fate.joined => Some("is kept under a wrong flag"),
        ([], [_]) => None,
        ([], []) if fate.came_out => None,
        ([], []) => Some("is gone without a reason"),
        _ => Some("has several fates"),
    }
}

/// A record may be in several windows and groups.
fn of_any(fate: &Fate) -> Option<&'static str> {
    let nothing = fate.losses.is_empty() && fate.kept.is_empty() && !fate.came_out;
    nothing.then_some("is gone without a reason")
}
