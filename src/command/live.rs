//! The jobs that `wavetank serve --job` runs beside the server: on a thread of their own, by the server's clock.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use anyhow::Context;
use tokio::sync::oneshot;
use wavetank::emulator::Emulator;
use wavetank::emulator::http::ServerClock;
use wavetank::scenarios::adapters::Endpoint;
use wavetank::scenarios::check::SnapshotMode;
use wavetank::scenarios::report::RunReport;
use wavetank::scenarios::run::{LiveProgress, LiveRun, RunError, RunOptions};
use wavetank::scenarios::scenario::Scenario;

use super::run::{self, Folder};
use crate::Outcome;
use crate::cli::OutputArgs;
use crate::exit::Exit;

/// How often it is looked whether a job is due.
const LOOK: Duration = Duration::from_millis(20);

/// What the jobs are given.
pub struct Setting {
    /// Whose jobs they are.
    pub scenario: Scenario,
    /// What the server serves.
    pub emulator: Arc<Emulator>,
    /// Where the streams are, if not there.
    pub streams: Option<Endpoint>,
    /// By which the jobs are due.
    pub clock: Arc<ServerClock>,
    /// Where they work.
    pub folder: Folder,
    /// Where their results are to be kept.
    pub keep: Option<PathBuf>,
}

/// Jobs that run until they are told to end.
pub struct Jobs {
    thread: JoinHandle<Result<RunReport, RunError>>,
    stop: Arc<AtomicBool>,
    folder: Folder,
    keep: Option<PathBuf>,
    started: Instant,
}

impl Jobs {
    /// Makes what the jobs need, and lets them run. The receiver hears when they end by themselves, which is in error.
    pub fn start(setting: Setting, output: &OutputArgs) -> anyhow::Result<(Self, oneshot::Receiver<()>)> {
        let Setting { scenario, emulator, streams, clock, folder, keep } = setting;
        let options = RunOptions {
            seed: None,
            events: None,
            folder: folder.path().to_owned(),
            keep: keep.is_some(),
            parallelism: 1,
            snapshots: SnapshotMode::Compare,
        };
        let stop = Arc::new(AtomicBool::new(false));
        let (told, ready) = mpsc::channel();
        let (ended, ends) = oneshot::channel();
        let (stopping, quiet) = (stop.clone(), output.quiet);
        let thread = thread::spawn(move || {
            // Dropped when this thread ends, however it ends.
            let _ended = ended;
            let started = LiveRun::start(&scenario, options, emulator, streams, clock.now().as_millis());
            let live = match started {
                Ok(live) => live,
                Err(error) => {
                    let _ = told.send(());
                    return Err(error);
                }
            };
            let _ = told.send(());
            run_until_stopped(live, &clock, &stopping, quiet)
        });
        // Clients are told that the server is ready when its streams are there.
        let _ = ready.recv();
        Ok((Self { thread, stop, folder, keep, started: Instant::now() }, ends))
    }

    /// Ends the jobs, and prints what they have done.
    pub fn finish(self, output: &OutputArgs) -> Outcome {
        self.stop.store(true, Ordering::Relaxed);
        let report = match self.thread.join() {
            Ok(report) => report.context("the jobs beside the server stopped")?,
            Err(_) => anyhow::bail!("the jobs beside the server panicked"),
        };
        run::print(&report, self.started, self.keep.as_deref(), output)?;
        drop(self.folder);
        Ok(if report.passed() { Exit::Passed } else { Exit::ChecksFailed })
    }
}

fn run_until_stopped(
    mut live: LiveRun<'_>,
    clock: &ServerClock,
    stop: &AtomicBool,
    quiet: bool,
) -> Result<RunReport, RunError> {
    while !stop.load(Ordering::Relaxed) {
        let now = clock.now().as_millis();
        match live.next_millis() {
            Some(next) if next <= now => say(live.run_until(now)?, quiet),
            _ => {
                live.run_told(now)?;
                thread::sleep(LOOK);
            }
        }
    }
    // What was put last is read too.
    say(live.run_until(clock.now().as_millis())?, quiet);
    live.finish()
}

fn say(progress: LiveProgress, quiet: bool) {
    let LiveProgress { batches, read, rows } = progress;
    if read + rows > 0 && !quiet {
        let [read, rows] = [counted(read, "record"), counted(rows, "row")];
        anstream::eprintln!("{read} read, {rows} written in {}", counted(batches, "batch"));
    }
}

fn counted(number: u64, what: &str) -> String {
    let plural = match what {
        _ if number == 1 => "",
        "batch" => "es",
        _ => "s",
    };
    format!("{number} {what}{plural}")
}
