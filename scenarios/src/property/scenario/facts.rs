//! What a case's run leaves behind that laws ask for, and what it has met.

use std::collections::BTreeSet;

use wavetank_engine::batch::RecordId;
use wavetank_engine::ledger::TraceEvent;
use wavetank_engine::query::BatchReport;

use super::trial::TrialLine;
use crate::crash::{Batches, Executed};
use crate::file::{Fault, Hold, Step};
use crate::property::coverage::{Coverage, Event};
use crate::run::Watcher;
use crate::world::{Committed, RunError, Witness, World};

/// What is kept of a run.
#[derive(Clone, Default)]
pub struct Facts {
    /// Every batch, if the model is going to be asked or rows are to be accounted for.
    pub(crate) batches: Batches,
    /// Records of which it is known what became of their rows, by [`RecordId::pack`].
    pub explained: BTreeSet<u64>,
    /// The greatest number of rows in state, and after which batch.
    pub state_most: (u64, u32),
    /// What was met.
    pub coverage: Coverage,
    wants: Wants,
}

/// What a law asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Wants {
    /// What every batch has read.
    pub batches: bool,
    /// What became of every row.
    pub fates: bool,
    /// What the sink was given.
    pub given: bool,
}

impl Wants {
    /// What this law asks for.
    pub fn of(hold: &Hold) -> Self {
        Self {
            batches: matches!(hold, Hold::SameAsModel | Hold::NoUnexplainedLoss | Hold::ExactlyOnce),
            fates: matches!(hold, Hold::NoUnexplainedLoss),
            given: matches!(hold, Hold::ExactlyOnce),
        }
    }
}

impl Facts {
    /// Nothing yet.
    pub fn new(wants: Wants) -> Self {
        Self { wants, ..Self::default() }
    }

    fn see(&mut self, report: &BatchReport, restarted: bool) {
        self.coverage.batch(report, restarted);
        let state: u64 = report.progress.state.iter().map(|(_, state)| state.rows_total).sum();
        if state > self.state_most.0 {
            self.state_most = (state, report.progress.batch.0);
        }
        if self.wants.fates {
            let losses = report.ledger.losses.iter().map(|loss| loss.record);
            let rows = report.ledger.traces.iter().flat_map(|trace| {
                let partner = match trace.event {
                    TraceEvent::Joined { with } => Some(with),
                    _ => None,
                };
                [Some(trace.record), partner].into_iter().flatten()
            });
            // Rows that come from no record have an id that none has.
            let known = |record: &RecordId| record.batch <= report.progress.batch;
            self.explained.extend(losses.chain(rows).filter(known).map(|record| record.pack()));
        }
    }

    /// What the whole run shows, once it has ended.
    fn see_world(&mut self, world: &World<'_>) {
        let happened = world.faults.happened();
        let coverage = &mut self.coverage;
        coverage.add(Event::Crash, happened.crashes);
        coverage.add(Event::BatchRanTwice, happened.before_commit);
        coverage.add(Event::CrashWhileRecovering, happened.while_recovering);
        coverage.add(Event::FailedCall, happened.failed);
        for outcome in &world.lines {
            let step = &world.scenario().file.timeline.lines[outcome.line].step;
            let idle = outcome.batches.iter().all(std::ops::Range::is_empty);
            coverage.note(Event::IdleTrigger, matches!(step, Step::Send(_)) && idle);
            let killed = match step {
                Step::Crash | Step::Restart => true,
                Step::Fault(fault) => matches!(fault.value, Fault::Crash(crate::file::CrashPoint::Now)),
                _ => false,
            };
            coverage.note(Event::Crash, killed);
        }
        if self.wants.fates {
            let kept = world.jobs.iter().filter_map(|job| job.query()).flat_map(|query| query.kept_rows());
            self.explained.extend(kept.map(|row| row.record.pack()));
        }
    }
}

impl Witness for Facts {
    fn committed(&mut self, batch: Committed) -> Result<(), RunError> {
        self.see(&batch.report, batch.restarted);
        if self.wants.batches {
            let Committed { report, restarted, .. } = batch;
            self.batches.0.push(Executed {
                batch: report.progress.batch,
                reads: report.inputs,
                losses: report.ledger.losses,
                restarted,
            });
        }
        Ok(())
    }
}

impl Watcher for Facts {
    fn committed(&mut self, batch: &Committed) {
        self.see(&batch.report, batch.restarted);
    }

    fn ended(&mut self, world: &World<'_>) {
        self.see_world(world);
    }
}

/// Whether some line makes calls fail.
pub fn has_trouble(lines: &[TrialLine]) -> bool {
    lines.iter().any(|line| match line {
        TrialLine::Fault(fault) => matches!(**fault, Fault::Kinesis(_) | Fault::S3(_) | Fault::Glue(_)),
        _ => false,
    })
}
