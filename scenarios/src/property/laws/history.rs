//! What came of a timeline.

use std::sync::Arc;

use bytes::Bytes;
use wavetank_engine::error::Result;
use wavetank_engine::ledger::KeptRow;
use wavetank_engine::plan::Pipeline;

use super::line::{Line, Stop};
use crate::property::coverage::{Coverage, Event};
use crate::property::tank::{Ran, Tank, TankOptions};

/// Everything that came of a timeline.
pub struct History {
    /// Batches in their order.
    pub batches: Vec<Ran>,
    /// Whether the last process has run no batch before it came to rest: such a one owes none.
    pub rests_anew: bool,
    /// What the state holds when nothing more arrives.
    pub kept_at_rest: Vec<KeptRow>,
    /// What it still holds at the end of input.
    pub kept_at_end: Vec<KeptRow>,
}

/// Runs a timeline to its end, and to the end of input.
///
/// # Errors
/// A query that fails where no crash of the timeline is the reason.
pub(super) fn run(
    pipeline: &Arc<Pipeline>,
    options: &TankOptions,
    lines: &[Line],
    coverage: &mut Coverage,
) -> Result<History> {
    let mut tank = Tank::new(Arc::clone(pipeline), options.clone());
    tank.start()?;
    for each in lines {
        line(&mut tank, each, coverage)?;
    }
    tank.calm();
    tank.settle()?;
    let (kept_at_rest, rests_anew) = (tank.kept(), tank.rests_anew());
    tank.drain()?;
    let kept_at_end = tank.kept();
    coverage.add(Event::BatchRanTwice, tank.ran_twice());
    let batches = tank.into_batches();
    for ran in &batches {
        coverage.batch(&ran.report, ran.restarted);
    }
    Ok(History { batches, rests_anew, kept_at_rest, kept_at_end })
}

fn line(tank: &mut Tank, line: &Line, coverage: &mut Coverage) -> Result<()> {
    match line.stop {
        None => tank.calm(),
        Some(Stop::Clean) => {
            tank.calm();
            // What a new process does before the line's records arrive belongs to its start.
            tank.restart()?;
        }
        Some(Stop::Crash { call, after, again }) => tank.crash_at(call, after, again),
    }
    for (stream, records) in &line.data {
        tank.put(stream, records.iter().map(|record| Bytes::from(record.0.clone())));
    }
    let (batches, crashes) = (tank.batches().len(), tank.crashes());
    match line.busy {
        true => drop(tank.trigger()?),
        false => tank.settle()?,
    }
    coverage.note(Event::IdleTrigger, tank.batches().len() == batches);
    coverage.add(Event::Crash, tank.crashes() - crashes);
    coverage.note(Event::CrashWhileRecovering, tank.crashes() > crashes + 1);
    Ok(())
}
