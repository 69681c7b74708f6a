//! What came of properties: for people, or JSON lines, JUnit, GitHub's workflow commands.

use std::fmt::Write;
use std::time::Duration;

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};
use wavetank::scenarios::property::scenario::{Ending, Found, PropertyReport, PropertyResult};

use super::suite::{Problem, command};
use super::text::{number, wrapped};
use crate::cli::{Format, OutputArgs};

const GREEN: &str = "\x1b[32m";
const RED: &str = "\x1b[31m";
const BOLD: &str = "\x1b[1m";
const PLAIN: &str = "\x1b[0m";

/// The properties of a scenario, and how long each took.
pub struct Timed {
    /// What came of them.
    pub report: PropertyReport,
    /// In the same order.
    pub elapsed: Vec<Duration>,
}

/// What is printed as soon as a scenario's properties were tried.
pub fn scenario(timed: &Timed, output: &OutputArgs) -> anyhow::Result<String> {
    Ok(match output.format {
        Format::Json => serde_json::to_string(&timed.report)? + "\n",
        Format::Junit => String::new(),
        Format::Github => timed.report.properties.iter().filter_map(problem).map(|p| command(&p)).collect(),
        Format::Human if output.quiet && timed.report.passed() => String::new(),
        Format::Human => human(timed, output),
    })
}

/// What is printed when all were tried.
pub fn end(tried: &[Timed], output: &OutputArgs) -> anyhow::Result<String> {
    let results = || tried.iter().flat_map(|timed| &timed.report.properties);
    let held = results().filter(|property| property.result == Ending::Held).count();
    let all = results().count();
    let what = if all == 1 { "property" } else { "properties" };
    Ok(match output.format {
        Format::Json => String::new(),
        Format::Junit => junit(tried)?,
        Format::Github => format!("{held} of {all} {what} held\n"),
        Format::Human if output.quiet && held == all => String::new(),
        Format::Human => {
            let colour = if held == all { GREEN } else { RED };
            let seconds: f64 = tried.iter().flat_map(|timed| &timed.elapsed).map(Duration::as_secs_f64).sum();
            format!("\n{colour}{held} of {all} {what} held{PLAIN} in {seconds:.1} s\n")
        }
    })
}

fn human(timed: &Timed, output: &OutputArgs) -> String {
    let report = &timed.report;
    let mut text =
        format!("{BOLD}{}{PLAIN}\n{} · seed {}\n\n", wrapped(&report.scenario, 0), report.name, report.seed);
    for (property, elapsed) in report.properties.iter().zip(&timed.elapsed) {
        if !(output.quiet && property.result == Ending::Held) {
            text += &one(property, *elapsed);
        }
    }
    text
}

fn one(property: &PropertyResult, elapsed: Duration) -> String {
    let (colour, mark) = match property.result {
        Ending::Held => (GREEN, '✓'),
        Ending::Interrupted => (BOLD, '-'),
        Ending::Failed(_) | Ending::Broken { .. } => (RED, '✗'),
    };
    let mut text = format!("  {colour}{mark}{PLAIN} {}\n", wrapped(&property.name, 4));
    let mut say = |what: &str| {
        // Writing to a string does not fail.
        let _ = writeln!(text, "    {}", wrapped(what, 4));
    };
    let holds = format!("{} under {}", property.hold.replace('_', " "), property.vary.join(", "));
    match &property.result {
        Ending::Held | Ending::Interrupted => {
            say(&format!("{holds}: {}", counted(property, elapsed)));
            met(property).iter().for_each(|line| say(line));
        }
        Ending::Broken { error } => say(&format!("{holds}: cannot be judged: {error}")),
        Ending::Failed(found) => {
            say(&format!("{holds}: case {} fails", number(found.case)));
            text += &failed(found);
        }
    }
    text
}

/// `1,000 cases (1,234 per second)`
fn counted(property: &PropertyResult, elapsed: Duration) -> String {
    let rate = (property.cases as f64 / elapsed.as_secs_f64().max(1e-9)) as u64;
    let cases = match property.cases {
        1 => "1 case".to_owned(),
        n => format!("{} cases", number(n)),
    };
    let ended = if property.result == Ending::Interrupted { ", then interrupted" } else { "" };
    format!("{cases} ({} per second){ended}", number(rate))
}

fn met(property: &PropertyResult) -> Vec<String> {
    let mut lines = Vec::new();
    let met: Vec<String> =
        property.met.iter().map(|(name, times)| format!("{name} {}", number(*times))).collect();
    if !met.is_empty() {
        lines.push(format!("met: {}", met.join("; ")));
    }
    if property.discarded > 0 {
        let discarded = number(property.discarded);
        lines.push(format!("{discarded} say nothing: a fault was more than the job gets over"));
    }
    if !property.never_met.is_empty() {
        lines.push(format!("never reached: {}", property.never_met.join(", ")));
    }
    lines
}

fn failed(found: &Found) -> String {
    let mut text = String::new();
    let records =
        |n: usize| if n == 1 { "1 record".to_owned() } else { format!("{} records", number(n as u64)) };
    let lines = |n: usize| if n == 1 { "1 line".to_owned() } else { format!("{} lines", number(n as u64)) };
    let shrunk = format!(
        "shrunk from {} and {} in {} tries to",
        lines(found.lines_before),
        records(found.records_before),
        number(found.shrinks as u64)
    );
    let _ = writeln!(text, "    {}\n", wrapped(&shrunk, 4));
    for line in &found.timeline {
        text += &timeline_line(line);
    }
    if found.parallelism > 1 {
        let _ = writeln!(text, "      with --parallelism {}", found.parallelism);
    }
    let _ = writeln!(text, "\n    {}", wrapped(&found.reason, 4));
    for detail in &found.details {
        let _ = writeln!(text, "      {}", wrapped(detail, 8));
    }
    let _ = writeln!(text, "\n    again:   {}", found.again);
    match (&found.written, &found.not_written) {
        (Some(path), _) => {
            let _ = writeln!(text, "    written: {path}");
        }
        (None, why) => {
            let why = format!("not written: {}", why.as_deref().unwrap_or("nobody asked for it"));
            let _ = writeln!(text, "    {}", wrapped(&why, 4));
        }
    }
    text
}

/// A line of the timeline; a comment that has no room behind it stands below it.
fn timeline_line(line: &str) -> String {
    match line.split_once("  # ") {
        Some((sent, comment)) if line.chars().count() > 74 => {
            format!("      {}\n        # {}\n", wrapped(sent.trim_end(), 8), wrapped(comment, 10))
        }
        _ => format!("      {}\n", wrapped(line, 8)),
    }
}

/// What is wrong with a property, at its place.
fn problem(property: &PropertyResult) -> Option<Problem> {
    let message = match &property.result {
        Ending::Held | Ending::Interrupted => return None,
        Ending::Broken { error } => error.clone(),
        Ending::Failed(found) => {
            let mut lines = vec![found.reason.clone()];
            lines.extend(found.timeline.iter().cloned());
            lines.push(found.again.clone());
            lines.extend(found.written.clone());
            lines.join("\n")
        }
    };
    Some(Problem {
        file: property.file.clone(),
        line: property.line,
        column: 1,
        name: property.name.clone(),
        message,
    })
}

/// A suite for each scenario, a case for each property.
fn junit(tried: &[Timed]) -> anyhow::Result<String> {
    let mut report = Report::new("wavetank");
    for timed in tried {
        let mut suite = TestSuite::new(timed.report.name.clone());
        suite.set_time(timed.elapsed.iter().sum());
        for property in &timed.report.properties {
            let mut status = TestCaseStatus::success();
            if let Some(problem) = problem(property) {
                status = TestCaseStatus::non_success(NonSuccessKind::Failure);
                status.set_message(format!("{}:{}", problem.file, problem.line));
                status.set_description(problem.message);
            }
            suite.add_test_case(TestCase::new(property.name.clone(), status));
        }
        report.add_test_suite(suite);
    }
    Ok(report.to_string()? + "\n")
}
