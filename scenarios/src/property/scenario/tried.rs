//! Tries a property: case after case until one fails, which is then made small.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use wavetank_engine::plan::LogicalPlan;

use super::base::Base;
use super::counterexample::{Case, NewFile};
use super::judge::{Failure, Judge, Judged};
use super::report::{Ending, Found, PropertyResult};
use super::smaller::{displacement, smallest};
use super::trial::{Trial, TrialLine, records_sent};
use super::vary::{Swarm, vary};
use crate::file::{Hold, Property, Vary};
use crate::property::coverage::{Coverage, Event};
use crate::property::search::{Search, search};
use crate::rng::Rng;
use crate::scenario::Scenario;

/// Cases in a row that share their records: what the undisturbed run gives is asked once for all of them.
const SHARED: u64 = 32;

/// Smaller cases that are tried.
const SHRINKS: usize = 2000;

/// The same where each asks DuckDB.
const SHRINKS_BY_QUERY: usize = 300;

/// How properties are tried.
pub struct Options<'o> {
    /// What the scenario was named by.
    pub name: &'o str,
    /// Cases, and threads.
    pub search: Search,
    /// Events of each generated stream that follows no other; few when absent.
    pub events: Option<u64>,
    /// An empty folder in which runs work that ask DuckDB.
    pub folder: PathBuf,
    /// Told how many cases were tried; says whether to go on.
    pub after: &'o (dyn Fn(u64) -> bool + Sync),
}

/// What a thread tries cases with.
struct Worker<'p> {
    judge: Judge<'p>,
    /// The records of some cases, and which of them are sent.
    shared: Option<(u64, Base, Vec<bool>)>,
}

/// A case that ends the search.
enum Stop {
    Failed(Box<(Base, Trial, Failure)>),
    Broken(String),
}

/// Tries a property. What is answered last are the files that replay a counterexample.
pub fn try_property(
    scenario: &Scenario,
    property: &Property,
    options: &Options<'_>,
) -> (PropertyResult, Vec<NewFile>) {
    let (workers, discarded) = (AtomicUsize::new(0), AtomicU64::new(0));
    let worker = || {
        let number = workers.fetch_add(1, Ordering::Relaxed);
        Worker {
            judge: Judge::new(scenario, property, options.folder.join(number.to_string())),
            shared: None,
        }
    };
    let seed = options.search.seed;
    let try_case = |worker: &mut Worker<'_>, number: u64, mut rng: Rng, coverage: &mut Coverage| {
        worker.share(scenario, property, options, seed, number);
        let Worker { judge, shared } = worker;
        let (_, base, kept) = shared.as_ref().expect("it was drawn above");
        let swarm = Swarm::draw(&property.vary, property.within, base.delay, &mut rng);
        let trial = vary(base, |record| kept[record], &swarm, &rng);
        match judge.judge(base, &trial, coverage) {
            Judged::Holds => None,
            Judged::Discarded => {
                discarded.fetch_add(1, Ordering::Relaxed);
                None
            }
            Judged::Broken(error) => Some(Stop::Broken(error)),
            Judged::Fails(failure) => Some(Stop::Failed(Box::new((base.clone(), trial, failure)))),
        }
    };
    let found = search(&options.search, worker, try_case, options.after);
    let file = &scenario.file;
    let mut result = PropertyResult {
        name: property.name.value.clone(),
        file: file.source.name.clone(),
        line: file.source.error_at(&property.hold, "").line_column().0,
        vary: property.vary.iter().map(|vary| vary.name()).collect(),
        hold: property.hold.value.name(),
        first: options.search.first,
        cases: found.tried,
        discarded: discarded.into_inner(),
        result: if found.interrupted { Ending::Interrupted } else { Ending::Held },
        met: found.coverage.named(),
        never_met: Vec::new(),
    };
    match found.failure {
        None => {
            let wanted = wanted(scenario, property);
            result.never_met = found.coverage.never(&wanted).map(Event::name).collect();
            (result, Vec::new())
        }
        // Cases behind the first that failed were tried or not, depending on the threads.
        Some((number, stop)) => {
            (result.met, result.discarded) = (Default::default(), 0);
            result.cases = number - options.search.first + 1;
            let (ending, files) = match stop {
                Stop::Broken(error) => (Ending::Broken { error }, Vec::new()),
                Stop::Failed(failed) => {
                    let (found, files) = smaller(scenario, property, options, number, *failed);
                    (Ending::Failed(Box::new(found)), files)
                }
            };
            result.result = ending;
            (result, files)
        }
    }
}

impl Worker<'_> {
    /// Draws the records that a case shares with those beside it.
    fn share(
        &mut self,
        scenario: &Scenario,
        property: &Property,
        options: &Options<'_>,
        seed: u64,
        number: u64,
    ) {
        let group = number / SHARED;
        if self.shared.as_ref().is_some_and(|(shared, _, _)| *shared == group) {
            return;
        }
        let mut rng = Rng::new(seed).fork("records").fork(&group.to_string());
        let base = Base::draw(scenario, options.events, rng.next_u64());
        // A query may be about records that only make sense together.
        let whole = matches!(property.hold.value, Hold::Sql(_)) || group.is_multiple_of(3);
        let share = if whole { 1.0 } else { rng.uniform(0.3, 1.0) };
        let kept = base.records.all.iter().map(|_| rng.chance(share)).collect();
        self.judge.forget();
        self.shared = Some((group, base, kept));
    }
}

/// Makes a case that failed small, and a file of it.
fn smaller(
    scenario: &Scenario,
    property: &Property,
    options: &Options<'_>,
    number: u64,
    (base, trial, failure): (Base, Trial, Failure),
) -> (Found, Vec<NewFile>) {
    let by_query = super::judge::check(&property.hold.value).is_some();
    let tries = if by_query { SHRINKS_BY_QUERY } else { SHRINKS };
    let mut judge = Judge::new(scenario, property, options.folder.join("smaller"));
    let mut coverage = Coverage::default();
    let mut last = (base.records.clone(), failure.clone());
    // Generated records are displaced by their own delays, too.
    let limit = property.within.map(|within| within.micros().max(displacement(&base, &trial.lines)));
    let mut smallest = smallest(&base, &trial, &property.vary, tries, |base, trial| {
        if !(options.after)(0) || limit.is_some_and(|limit| displacement(base, &trial.lines) > limit) {
            return false;
        }
        if base.records != last.0 {
            judge.forget();
            last.0 = base.records.clone();
        }
        match judge.judge(base, trial, &mut coverage) {
            Judged::Fails(found) if found.kind == failure.kind => {
                last.1 = found;
                true
            }
            _ => false,
        }
    });
    smallest.base.records.name_shapes(&records_sent(&smallest.trial.lines));
    let again = again(property, options, number);
    let case = Case {
        scenario,
        name: options.name,
        property,
        base: &smallest.base,
        trial: &smallest.trial,
        failure: &last.1,
        again: &again,
        folder: &options.folder,
    };
    let (files, not_written) = match case.files() {
        Ok(files) => (files, None),
        Err(why) => (Vec::new(), Some(why)),
    };
    let found = Found {
        case: number,
        reason: last.1.reason.clone(),
        details: last.1.details.clone(),
        timeline: case.timeline(),
        parallelism: smallest.trial.parallelism,
        lines_before: trial.lines.len(),
        records_before: trial.lines.iter().map(|line| TrialLine::sent(line).len()).sum(),
        shrinks: smallest.tried,
        again,
        written: None,
        not_written,
    };
    (found, files)
}

/// What to type to see a case again.
fn again(property: &Property, options: &Options<'_>, number: u64) -> String {
    let events = options.events.map(|events| format!(" --events {events}")).unwrap_or_default();
    format!(
        "wavetank test {} --property -k {} --seed {} --case {number}{events}",
        shell(options.name),
        shell(&property.name.value),
        options.search.seed
    )
}

/// A word of a shell's command.
fn shell(text: &str) -> String {
    let plain = text.chars().all(|c| c.is_ascii_alphanumeric() || "-_./:=+,@%".contains(c));
    match plain && !text.is_empty() {
        true => text.to_owned(),
        false => format!("'{}'", text.replace('\'', "'\\''")),
    }
}

/// What a property's cases should meet.
fn wanted(scenario: &Scenario, property: &Property) -> Vec<Event> {
    let plan = scenario.streaming().map(|(_, _, pipeline)| &pipeline.plan);
    let has = |wanted: &dyn Fn(&LogicalPlan) -> bool| plan.is_some_and(|plan| any(plan, wanted));
    let watermarks = has(&|plan| matches!(plan, LogicalPlan::EventTime { .. }));
    let deduplicates = has(&|plan| matches!(plan, LogicalPlan::Deduplicate { .. }));
    let mut events = Vec::new();
    for vary in &property.vary {
        match vary {
            Vary::Arrival if watermarks && property.within.is_none() => {
                events.extend([Event::Late, Event::OutOfOrder]);
            }
            Vary::Arrival if watermarks => events.push(Event::OutOfOrder),
            Vary::Arrival | Vary::Parallelism => {}
            Vary::Batching => events.push(Event::IdleTrigger),
            Vary::Duplicates if deduplicates => events.push(Event::DuplicateDropped),
            Vary::Duplicates => {}
            Vary::CrashPoints => {
                events.extend([Event::Crash, Event::BatchRanTwice, Event::CrashWhileRecovering]);
            }
            Vary::Resharding => events.push(Event::SeveralShards),
            Vary::Faults => events.push(Event::FailedCall),
        }
    }
    events.sort();
    events.dedup();
    events
}

fn any(plan: &LogicalPlan, wanted: &dyn Fn(&LogicalPlan) -> bool) -> bool {
    wanted(plan) || plan.inputs().into_iter().any(|input| any(input, wanted))
}
