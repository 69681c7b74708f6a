//! The timeline, line by line.

use std::ops::Range;

use super::{Observer, RunError, Witness, World};
use crate::file::{Line, Step};

/// Which batches a line has led to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineOutcome {
    /// Index of the line in the timeline.
    pub line: usize,
    /// When its triggers fired, in milliseconds.
    pub millis: i64,
    /// The batches of each streaming job that were committed in it.
    pub batches: Vec<Range<u32>>,
}

impl World<'_> {
    /// Runs every line.
    pub(super) fn run_timeline(
        &mut self,
        witness: &mut dyn Witness,
        observer: &mut dyn Observer,
    ) -> Result<(), RunError> {
        let lines = &self.scenario.file.timeline.lines;
        if lines.is_empty() {
            return Ok(());
        }
        let started_by_line = lines.iter().any(|line| line.step == Step::Start);
        for job in &mut self.jobs {
            match started_by_line {
                true => job.down = true,
                false => job.start(witness)?,
            }
        }
        for (at, line) in lines.iter().enumerate() {
            let before: Vec<u32> = self.jobs.iter().map(|job| job.batches()).collect();
            self.run_line(at, line, witness)?;
            let batches = before.into_iter().zip(&self.jobs).map(|(before, job)| before..job.batches());
            let millis = self.services.clock.now_millis();
            self.lines.push(LineOutcome { line: at, millis, batches: batches.collect() });
            let share = (at + 1) as f64 / lines.len() as f64;
            if observer.trigger(self.producer.sent(), share).is_break() {
                return Err(RunError::Interrupted);
            }
        }
        Ok(())
    }

    fn run_line(&mut self, at: usize, line: &Line, witness: &mut dyn Witness) -> Result<(), RunError> {
        let tick = self.scenario.file.clock.tick.value.micros() / 1000;
        let now = self.services.clock.now_millis();
        match &line.step {
            Step::Send(sends) => {
                let file = &self.scenario.file;
                self.producer.send_line(file, at, line, sends, now + tick);
                self.tick_to(now + tick, witness)
            }
            Step::Advance(length) => self.advance(now + length.micros() / 1000, tick, witness),
            Step::Crash => {
                for job in &mut self.jobs {
                    job.kill();
                    job.down = true;
                }
                Ok(())
            }
            Step::Restart | Step::Start => {
                for job in &mut self.jobs {
                    if line.step == Step::Restart && !job.down {
                        job.kill();
                    }
                    job.down = false;
                    job.start(witness)?;
                }
                Ok(())
            }
            Step::Fault(fault) => self.happen(&fault.value),
        }
    }

    /// Time passes, with triggers at the ticks at which there is something to read.
    fn advance(&mut self, until: i64, tick: i64, witness: &mut dyn Witness) -> Result<(), RunError> {
        let mut now = self.services.clock.now_millis();
        while let Some(event) = self.producer.next_event().into_iter().chain(self.next_moment()).min() {
            let ticks = ((event - now + tick - 1) / tick).max(1);
            let at = now + ticks * tick;
            if at >= until {
                break;
            }
            self.tick_to(at, witness)?;
            now = at;
        }
        self.tick_to(until, witness)
    }

    /// Everything up to an instant arrives and goes wrong, then every job's trigger fires.
    fn tick_to(&mut self, at: i64, witness: &mut dyn Witness) -> Result<(), RunError> {
        self.arrive(at)?;
        self.disturb(at)?;
        self.run_batch_jobs(at)?;
        for job in self.jobs.iter_mut().filter(|job| !job.down) {
            job.trigger_until_settled(witness)?;
        }
        self.end_of_instant(witness)
    }
}
