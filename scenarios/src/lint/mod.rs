//! What to know about a scenario before it runs: traffic and watermarks that do not fit together, settings without
//! effect, state without end.
//!
//! A rule is a file with one function from [`Facts`] to findings, and a line in [`RULES`]. What can be said of a plan
//! alone, the engine says ([`wavetank_engine::plan::lint`]); it is passed on here with its place.

mod complete_without_aggregation;
mod constant_partition_key;
mod delay_shorter_than_traffic;
mod inert_watermark;
mod plan;
mod starts_at_latest;
#[cfg(test)]
mod tests;
mod watermarks;
mod zero_delay;

use std::ops::Range;

use wavetank_engine::plan::{OutputMode, Pipeline};
use wavetank_engine::watermark::WatermarkPolicy;

use crate::file::{FileError, Job, JobKind, ScenarioFile, StreamingJob, byte_range};
use crate::scenario::{Plan, Scenario};
use crate::world::{query_options, source_streams};

/// Something to know about a scenario that runs.
#[derive(Debug, Clone)]
pub struct Warning {
    /// Short and stable, for machines.
    pub name: &'static str,
    /// What will happen.
    pub message: String,
    /// What to write instead.
    pub help: String,
    /// Where it is written; shows the line.
    pub place: Option<FileError>,
}

/// What the rules look at.
pub struct Facts<'a> {
    /// The scenario file.
    pub file: &'a ScenarioFile,
    /// The job.
    pub job: &'a Job,
    /// The same, as a streaming job.
    pub streaming: &'a StreamingJob,
    /// The query.
    pub pipeline: &'a Pipeline,
    /// The stream behind each source of the query.
    pub streams: &'a [String],
    /// How several watermarks make one.
    pub policy: WatermarkPolicy,
    /// What the query hands to its sink.
    pub mode: OutputMode,
}

/// What a rule has found.
struct Finding {
    message: String,
    help: String,
    /// The bytes of the scenario file that it is about.
    place: Option<Range<usize>>,
}

/// A rule.
struct Rule {
    name: &'static str,
    find: fn(&Facts<'_>) -> Vec<Finding>,
}

const RULES: &[Rule] = &[
    Rule { name: "complete_without_aggregation", find: complete_without_aggregation::find },
    Rule { name: "constant_partition_key", find: constant_partition_key::find },
    Rule { name: "delay_shorter_than_traffic", find: delay_shorter_than_traffic::find },
    Rule { name: "inert_watermark", find: inert_watermark::find },
    Rule { name: "starts_at_latest", find: starts_at_latest::find },
    Rule { name: "zero_delay", find: zero_delay::find },
];

/// Everything there is to know about a scenario, job by job: the plan first, then rule by rule.
pub fn lint(scenario: &Scenario) -> Vec<Warning> {
    let file = &scenario.file;
    let jobs = file.jobs.iter().zip(&scenario.plans).filter_map(|(job, plan)| match (&job.kind, plan) {
        (JobKind::Streaming(streaming), Plan::Streaming(pipeline)) => Some((job, &**streaming, &**pipeline)),
        _ => None,
    });
    jobs.flat_map(|(job, streaming, pipeline)| {
        let options = query_options(streaming, 1, false);
        lint_facts(&Facts {
            file,
            job,
            streaming,
            pipeline,
            streams: &source_streams(file, job, pipeline),
            policy: options.policy,
            mode: options.mode,
        })
    })
    .collect()
}

/// The same for a query whose options are known.
pub fn lint_facts(facts: &Facts<'_>) -> Vec<Warning> {
    let of_rule = |rule: &'static Rule| {
        let findings = (rule.find)(facts).into_iter();
        findings.map(move |finding| warning(facts, rule.name, finding))
    };
    let of_plan = plan::find(facts).into_iter().map(|(name, finding)| warning(facts, name, finding));
    of_plan.chain(RULES.iter().flat_map(of_rule)).collect()
}

fn warning(facts: &Facts<'_>, name: &'static str, finding: Finding) -> Warning {
    let Finding { message, help, place } = finding;
    let place = place.map(|place| facts.file.source.error(place, &message).help(&help));
    Warning { name, message, help, place }
}

impl Facts<'_> {
    /// The place of one of the job's keys.
    fn job_place(&self, key: &str) -> Option<Range<usize>> {
        let only = self.file.place(&["job", key]);
        only.or_else(|| self.file.place(&["jobs", &self.job.name.value, key]))
    }

    /// The place where the query is named.
    fn query_place(&self) -> Range<usize> {
        byte_range(&self.job.pipeline.referenced)
    }
}
