//! The jobs of a scenario beside a server: others put the records, and the server's clock says when.
//!
//! Nothing of the scenario's timeline and traffic is sent, and none of its faults happen. All else is as in a run: the
//! resources (those that are there already stay as they are), the triggers, the ledger, the checks at the end.

use std::sync::Arc;

use wavetank_emulator::Emulator;

use super::record::Record;
use super::{RunError, RunOptions, conclude};
use crate::adapters::Endpoint;
use crate::report::RunReport;
use crate::scenario::Scenario;
use crate::world::World;

/// A scenario's jobs while others put records into their streams.
pub struct LiveRun<'a> {
    world: World<'a>,
    record: Record<'a>,
    options: RunOptions,
}

impl<'a> LiveRun<'a> {
    /// Makes what the scenario needs in an emulator that others use as well; no job has run. Jobs read their streams
    /// there, or at the endpoint `streams`.
    ///
    /// # Errors
    /// When the emulator refuses a resource.
    pub fn start(
        scenario: &'a Scenario,
        options: RunOptions,
        emulator: Arc<Emulator>,
        streams: Option<Endpoint>,
        now_millis: i64,
    ) -> Result<Self, RunError> {
        let record = Record::new(scenario, &options, None);
        let mut settings = record.world_options(&options);
        settings.spare = Some(emulator);
        settings.live_from = Some(now_millis);
        settings.streams = streams;
        let world = World::new(scenario, settings, [])?;
        if record.wants_calls(&options) {
            world.faults.trace();
        }
        Ok(Self { world, record, options })
    }

    /// Runs the jobs that are due at an instant; one that lies in the past runs nothing. Answers how many batches
    /// were committed, and how many rows they wrote.
    ///
    /// # Errors
    /// When a job stops.
    pub fn run_until(&mut self, now_millis: i64) -> Result<LiveProgress, RunError> {
        let before = self.record.progress();
        self.world.run_live(now_millis, &mut self.record)?;
        let after = self.record.progress();
        Ok(LiveProgress {
            batches: after.batches - before.batches,
            read: after.read - before.read,
            rows: after.rows - before.rows,
        })
    }

    /// Runs the jobs that objects have started which somebody outside has put.
    ///
    /// # Errors
    /// When a job stops.
    pub fn run_told(&mut self, now_millis: i64) -> Result<(), RunError> {
        self.world.run_told(now_millis)
    }

    /// When the next job is due, in milliseconds.
    pub fn next_millis(&self) -> Option<i64> {
        self.world.next_live_millis()
    }

    /// What was done, with the verdicts of the checks; laid out in the folder if it is to be kept.
    ///
    /// # Errors
    /// When the results cannot be read or written.
    pub fn finish(mut self) -> Result<RunReport, RunError> {
        conclude(&mut self.record, &mut self.world, &self.options)
    }
}

/// What the jobs have done in a while.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LiveProgress {
    /// Batches that were committed.
    pub batches: u64,
    /// Records that were read.
    pub read: u64,
    /// Rows that were written.
    pub rows: u64,
}
