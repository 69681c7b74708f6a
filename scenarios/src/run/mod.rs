//! One run of a scenario: a [`World`] that is let run, everything recorded, then the checks.

mod exactly_once;
mod live;
mod record;

use std::path::PathBuf;
use std::sync::Arc;

use wavetank_emulator::{Emulator, Storage};

use crate::check::{CheckDatabase, SnapshotMode};
use crate::keep::keep;
use crate::report::RunReport;
use crate::scenario::Scenario;
use crate::world::{Committed, Witness, World};
use record::Record;

pub(crate) use exactly_once::Shadow;

pub use crate::world::{Observer, RunError};
pub use live::{LiveProgress, LiveRun};

/// What a run may change of its scenario, and where it works.
#[derive(Debug, Clone)]
pub struct RunOptions {
    /// Instead of the scenario's own seed.
    pub seed: Option<u64>,
    /// Instead of the scenario's own number of events.
    pub events: Option<u64>,
    /// Where the run works: an empty folder, or one that does not exist yet. The emulator's data directory is in
    /// it, under `emulator`.
    pub folder: PathBuf,
    /// Whether to lay out the results in the folder for people: objects under their keys, system tables as Parquet.
    pub keep: bool,
    /// Threads that decode a batch's records. The result is the same for any number.
    pub parallelism: usize,
    /// What is done with answers that are recorded.
    pub snapshots: SnapshotMode,
}

impl RunOptions {
    /// The scenario as it stands, worked on in a folder and not kept, on one thread.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self {
            seed: None,
            events: None,
            folder: folder.into(),
            keep: false,
            parallelism: 1,
            snapshots: SnapshotMode::Compare,
        }
    }
}

/// Runs a scenario from its first trigger until nothing is left to do.
pub fn run(
    scenario: &Scenario,
    options: RunOptions,
    observer: &mut dyn Observer,
) -> Result<RunReport, RunError> {
    Runner::default().run(scenario, options, observer)
}

/// Runs scenarios one after the other. To open an emulator takes as long as a small run, so one that lives in memory
/// is emptied and used again.
#[derive(Default)]
pub struct Runner {
    spare: Option<Arc<Emulator>>,
    /// The database of the checks, where every run works in the same folder.
    database: Option<CheckDatabase>,
    in_one_folder: bool,
}

impl Runner {
    /// One whose runs all work in the same folder: emulator and database of the checks are emptied and used again.
    pub(crate) fn in_one_folder() -> Self {
        Self { in_one_folder: true, ..Self::default() }
    }

    /// Runs a scenario from its first trigger until nothing is left to do.
    pub fn run(
        &mut self,
        scenario: &Scenario,
        options: RunOptions,
        observer: &mut dyn Observer,
    ) -> Result<RunReport, RunError> {
        self.run_watched(scenario, options, observer, &mut ())
    }

    /// The same, with somebody who hears of every batch and sees what is left.
    pub(crate) fn run_watched(
        &mut self,
        scenario: &Scenario,
        options: RunOptions,
        observer: &mut dyn Observer,
        watcher: &mut dyn Watcher,
    ) -> Result<RunReport, RunError> {
        let reseeded = options.seed.map(|seed| scenario.with_seed(Some(seed)));
        let scenario = reseeded.as_ref().unwrap_or(scenario);
        let database = match self.in_one_folder {
            true => Some(self.database.take().map_or_else(CheckDatabase::of_one_folder, Ok)?),
            false => None,
        };
        let mut record = Record::new(scenario, &options, database);
        let mut settings = record.world_options(&options);
        let again = self.in_one_folder || settings.storage == Storage::Memory;
        settings.spare = self.spare.take().filter(|_| again);
        let mut world = World::new(scenario, settings, [])?;
        if record.wants_calls(&options) {
            world.faults.trace();
        }
        world.run(&mut Watched { record: &mut record, watcher }, observer)?;
        watcher.ended(&world);
        let report = conclude(&mut record, &mut world, &options)?;
        if again {
            let emulator = Arc::clone(&world.services.emulator);
            self.spare = emulator.clear().is_ok().then_some(emulator);
        }
        if let (true, Some(mut database)) = (self.in_one_folder, record.into_database()) {
            database.clear()?;
            self.database = Some(database);
        }
        Ok(report)
    }
}

/// Looks on while a scenario runs.
pub(crate) trait Watcher {
    /// A batch was committed.
    fn committed(&mut self, batch: &Committed);

    /// Nothing is left to do; nothing was judged yet.
    fn ended(&mut self, world: &World<'_>);
}

impl Watcher for () {
    fn committed(&mut self, _: &Committed) {}

    fn ended(&mut self, _: &World<'_>) {}
}

struct Watched<'w, 's> {
    record: &'w mut Record<'s>,
    watcher: &'w mut dyn Watcher,
}

impl Witness for Watched<'_, '_> {
    fn committed(&mut self, batch: Committed) -> Result<(), RunError> {
        self.watcher.committed(&batch);
        self.record.committed(batch)
    }

    fn instant(&mut self, world: &mut World<'_>) -> Result<(), RunError> {
        self.record.instant(world)
    }
}

/// Judges what has happened, and lays it out where it is to be kept.
fn conclude(
    record: &mut Record<'_>,
    world: &mut World<'_>,
    options: &RunOptions,
) -> Result<RunReport, RunError> {
    let report = record.report(world)?;
    if let (true, Some(database)) = (options.keep, record.database()) {
        let kept = keep(&options.folder, &world.scenario().file, &world.services, database, &report);
        kept.map_err(|source| RunError::Keep { folder: options.folder.clone(), source })?;
    }
    Ok(report)
}
