//! `--crash-everywhere`: a scenario run again for every place at which it could die.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use anyhow::Context;
use wavetank::scenarios::crash::{CrashError, CrashReport, Crashes, Judgement, Point};
use wavetank::scenarios::scenario::Scenario;

use super::progress::Progress;
use crate::cli::{Format, OutputArgs};
use crate::exit::{self, Exit};
use crate::{Outcome, report};

/// Crashes the scenario everywhere and prints what came of it.
pub fn everywhere(scenario: &Scenario, events: Option<u64>, threads: usize, output: &OutputArgs) -> Outcome {
    let started = Instant::now();
    let crashes = Crashes::plan(scenario, events).context("the scenario cannot be crashed")?;
    let Some(judged) = judge(&crashes, threads, output)? else {
        anstream::eprintln!("interrupted");
        return Ok(Exit::Interrupted);
    };
    let crash = CrashReport::new(&crashes, &judged);
    let text = match output.format {
        Format::Json => serde_json::to_string_pretty(&crash)? + "\n",
        _ if output.quiet && crash.passed() => String::new(),
        _ => report::crash::render(&crash, started.elapsed()),
    };
    exit::print(&text, output)?;
    Ok(if crash.passed() { Exit::Passed } else { Exit::ChecksFailed })
}

/// Judges every point, several at a time; `None` when the user has had enough.
fn judge(
    crashes: &Crashes<'_>,
    threads: usize,
    output: &OutputArgs,
) -> Result<Option<Vec<(Point, Judgement)>>, CrashError> {
    let progress =
        Progress::new(crashes.points.len() as u64, "{bar:30} {pos} of {len} runs, {eta} left", output);
    let (next, judged) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let work = || -> Result<(), CrashError> {
        while !progress.interrupted() {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(point) = crashes.points.get(at) else { break };
            let judgement = crashes.judge(point)?;
            judged.lock().unwrap_or_else(PoisonError::into_inner).push((at, judgement));
            progress.bar.inc(1);
        }
        Ok(())
    };
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        workers
            .into_iter()
            .try_for_each(|worker| worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    })?;
    progress.bar.finish_and_clear();
    if progress.interrupted() {
        return Ok(None);
    }
    let mut judged = judged.into_inner().unwrap_or_else(PoisonError::into_inner);
    judged.sort_by_key(|(at, _)| *at);
    Ok(Some(judged.into_iter().map(|(at, judgement)| (crashes.points[at].clone(), judgement)).collect()))
}
