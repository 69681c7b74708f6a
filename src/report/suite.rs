//! The result of many scenarios: a line each, or JSON lines, JUnit, GitHub's workflow commands.

use std::fmt::Write;
use std::time::Duration;

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};
use serde::Serialize;
use wavetank::scenarios::report::{RunReport, Verdict};

use super::text;
use crate::cli::{Format, OutputArgs};

const GREEN: &str = "\x1b[32m";
const RED: &str = "\x1b[31m";
const PLAIN: &str = "\x1b[0m";

/// A scenario that was run.
pub struct Ended {
    /// What it was named by.
    pub name: String,
    /// What came of it, or why it could not be finished.
    pub outcome: Result<RunReport, String>,
    /// How long it took.
    pub elapsed: Duration,
}

impl Ended {
    /// Whether everything held.
    pub fn passed(&self) -> bool {
        self.outcome.as_ref().is_ok_and(RunReport::passed)
    }
}

#[derive(Serialize)]
struct JsonLine<'a> {
    name: &'a str,
    #[serde(flatten)]
    report: Option<&'a RunReport>,
    error: Option<&'a str>,
}

/// Something that did not hold, at its place.
pub(super) struct Problem {
    pub file: String,
    pub line: usize,
    pub column: usize,
    pub name: String,
    pub message: String,
}

/// What is printed as soon as a scenario has ended.
pub fn line(one: &Ended, output: &OutputArgs) -> anyhow::Result<String> {
    Ok(match output.format {
        Format::Json => {
            let (report, error) = (one.outcome.as_ref().ok(), one.outcome.as_ref().err().map(String::as_str));
            serde_json::to_string(&JsonLine { name: &one.name, report, error })? + "\n"
        }
        Format::Junit => String::new(),
        Format::Github => problems(one).iter().map(command).collect(),
        Format::Human if output.quiet && one.passed() => String::new(),
        Format::Human => match &one.outcome {
            Ok(report) => text::line(&one.name, report, one.elapsed, output),
            Err(error) => format!(
                "{RED}✗{PLAIN} {}  could not be finished\n    {}\n",
                one.name,
                text::wrapped(error, 4)
            ),
        },
    })
}

/// What is printed when all have ended; `whole` is how many there were to run.
pub fn end(ended: &[Ended], whole: usize, elapsed: Duration, output: &OutputArgs) -> anyhow::Result<String> {
    let passed = ended.iter().filter(|one| one.passed()).count();
    Ok(match output.format {
        Format::Json => String::new(),
        Format::Junit => junit(ended)?,
        Format::Github => {
            write_summary(ended)?;
            format!("{passed} of {whole} scenarios passed\n")
        }
        Format::Human if output.quiet && passed == whole => String::new(),
        Format::Human => {
            let colour = if passed == whole { GREEN } else { RED };
            let left = match whole - ended.len() {
                0 => String::new(),
                left => format!(", {left} not run"),
            };
            let seconds = elapsed.as_secs_f64();
            format!("\n{colour}{passed} of {whole} scenarios passed{PLAIN}{left} in {seconds:.2} s\n")
        }
    })
}

fn problems(one: &Ended) -> Vec<Problem> {
    let report = match &one.outcome {
        Ok(report) => report,
        Err(error) => {
            let (file, name) = (one.name.clone(), one.name.clone());
            return vec![Problem { file, line: 1, column: 1, name, message: error.clone() }];
        }
    };
    let lines = report.timeline.iter().flat_map(|line| {
        line.failures.iter().map(|failure| Problem {
            file: line.file.clone(),
            line: line.line,
            column: failure.column,
            name: line.text.clone(),
            message: [Some(failure.message.clone()), failure.help.clone()]
                .into_iter()
                .flatten()
                .collect::<Vec<_>>()
                .join("\n"),
        })
    });
    let checks = report.checks.iter().filter_map(|check| {
        let message = match &check.verdict {
            Verdict::Passed => return None,
            Verdict::Failed { summary, .. } | Verdict::Pending { summary, .. } => summary.clone(),
            Verdict::Broken { error } => error.clone(),
        };
        let details = check.verdict.details();
        let message = std::iter::once(message).chain(details).collect::<Vec<_>>().join("\n");
        Some(Problem {
            file: check.file.clone(),
            line: check.line,
            column: 1,
            name: check.name.clone(),
            message,
        })
    });
    lines.chain(checks).collect()
}

/// An annotation, as <https://docs.github.com/actions/reference/workflow-commands-for-github-actions> has it.
pub(super) fn command(problem: &Problem) -> String {
    let data = |text: &str| text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A");
    let property = |text: &str| data(text).replace(':', "%3A").replace(',', "%2C");
    format!(
        "::error file={},line={},col={},title={}::{}\n",
        property(&problem.file),
        problem.line,
        problem.column,
        property(&problem.name),
        data(&problem.message)
    )
}

/// A table in the summary of the workflow's step, where GitHub names a file for it.
fn write_summary(ended: &[Ended]) -> anyhow::Result<()> {
    let Some(path) = std::env::var_os("GITHUB_STEP_SUMMARY") else { return Ok(()) };
    let mut text = String::from("| | scenario | result |\n|---|---|---|\n");
    for one in ended {
        let mark = if one.passed() { "✅" } else { "❌" };
        let result = match &one.outcome {
            Ok(report) => text::passed(report),
            Err(error) => error.replace('|', "\\|").replace('\n', " "),
        };
        // Writing to a string does not fail.
        let _ = writeln!(text, "| {mark} | {} | {result} |", one.name);
    }
    let mut file = std::fs::OpenOptions::new().append(true).create(true).open(path)?;
    std::io::Write::write_all(&mut file, text.as_bytes())?;
    Ok(())
}

/// A suite for each scenario, a case for each line of its timeline and each check.
fn junit(ended: &[Ended]) -> anyhow::Result<String> {
    let mut report = Report::new("wavetank");
    for one in ended {
        let mut suite = TestSuite::new(one.name.clone());
        suite.set_time(one.elapsed);
        let problems = problems(one);
        let names: Vec<String> = match &one.outcome {
            Ok(run) => {
                let lines = run.timeline.iter().map(|line| format!("line {}: {}", line.line, line.text));
                lines.chain(run.checks.iter().map(|check| check.name.clone())).collect()
            }
            Err(_) => vec![one.name.clone()],
        };
        for name in names {
            let of_case = |p: &&Problem| p.name == name || format!("line {}: {}", p.line, p.name) == name;
            let failed: Vec<&Problem> = problems.iter().filter(of_case).collect();
            let mut status = match failed.is_empty() {
                true => TestCaseStatus::success(),
                false => TestCaseStatus::non_success(NonSuccessKind::Failure),
            };
            if !failed.is_empty() {
                let messages: Vec<&str> = failed.iter().map(|problem| problem.message.as_str()).collect();
                status.set_message(format!("{}:{}", failed[0].file, failed[0].line));
                status.set_description(messages.join("\n"));
            }
            suite.add_test_case(TestCase::new(name, status));
        }
        report.add_test_suite(suite);
    }
    Ok(report.to_string()? + "\n")
}
