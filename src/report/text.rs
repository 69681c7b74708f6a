//! The summary of a run, for people: 80 columns, the verdicts last.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;
use std::time::Duration;

use comfy_table::{CellAlignment, Table, presets};
use wavetank::scenarios::report::{CheckResult, JobReport, RunReport, Verdict};

use super::diagnostic;
use crate::cli::OutputArgs;
use crate::exit;

const WIDTH: usize = 80;
const GREEN: &str = "\x1b[32m";
const RED: &str = "\x1b[31m";
const BOLD: &str = "\x1b[1m";
const PLAIN: &str = "\x1b[0m";

/// The whole summary.
pub fn render(run: &RunReport, elapsed: Duration, kept: Option<&Path>, output: &OutputArgs) -> String {
    let mut text = String::new();
    let lines = [
        header(run),
        streams(run),
        totals(run),
        timeline(run, output) + &checks(run),
        verdict(run, elapsed, kept),
    ];
    for part in lines.iter().filter(|part| !part.is_empty()) {
        // Writing to a string does not fail.
        let _ = writeln!(text, "{part}");
    }
    text
}

/// The verdict in one line; what failed follows it in full.
pub fn line(name: &str, run: &RunReport, elapsed: Duration, output: &OutputArgs) -> String {
    let (mark, rest) = match run.passed() {
        true => (format!("{GREEN}✓{PLAIN}"), String::new()),
        false => (format!("{RED}✗{PLAIN}"), timeline(run, output) + &checks(run)),
    };
    let seconds = elapsed.as_secs_f64();
    format!("{mark} {name}  {} in {seconds:.2} s\n{rest}", passed(run))
}

/// How many lines and checks passed: `12 of 12 lines and 3 of 4 checks passed`.
pub fn passed(run: &RunReport) -> String {
    let lines = run.timeline.iter().filter(|line| line.failures.is_empty()).count();
    let checks = run.checks.iter().filter(|check| check.verdict == Verdict::Passed).count();
    let of = |passed: usize, all: usize, what: &str| (all > 0).then(|| format!("{passed} of {all} {what}"));
    let parts = [of(lines, run.timeline.len(), "lines"), of(checks, run.checks.len(), "checks")];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    match parts.is_empty() {
        true => "nothing was expected".to_owned(),
        false => format!("{} passed", parts.join(" and ")),
    }
}

/// The lines of the timeline that failed, each drawn with its place; one line if all of them hold.
fn timeline(run: &RunReport, output: &OutputArgs) -> String {
    let failures: Vec<String> = run
        .timeline
        .iter()
        .flat_map(|line| &line.failures)
        .map(|failure| diagnostic::render_on(&failure.error, exit::colours_on_stdout(output)))
        .collect();
    match (failures.is_empty(), run.timeline.len()) {
        (true, 0) => String::new(),
        (true, lines) => format!("  {GREEN}✓{PLAIN} all {lines} lines of the timeline hold\n"),
        (false, _) => failures.concat() + "\n",
    }
}

fn header(run: &RunReport) -> String {
    let batches: u64 = run.jobs.iter().map(|job| job.batches).sum();
    let runs: u64 = run.jobs.iter().map(|job| job.runs + job.failed).sum();
    let counted = |n: u64, one: &str, many: &str| {
        (n > 0).then(|| format!("{} {}", number(n), if n == 1 { one } else { many }))
    };
    let work: Vec<String> = [counted(batches, "batch", "batches"), counted(runs, "job run", "job runs")]
        .into_iter()
        .flatten()
        .collect();
    let work = if work.is_empty() { String::new() } else { format!(" in {}", work.join(" and ")) };
    format!(
        "{BOLD}{}{PLAIN}\nengine {} · seed {} · {} of virtual time{work}\n",
        wrapped(&run.scenario, 0),
        run.engine,
        run.seed,
        duration(run.virtual_seconds),
    )
}

fn streams(run: &RunReport) -> String {
    if run.streams.is_empty() {
        return String::new();
    }
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(["stream", "sent", "late", "twice", "corrupt", "read"]);
    for stream in &run.streams {
        let kind = |name: &str| number(stream.kinds.get(name).copied().unwrap_or(0));
        let cells =
            [number(stream.sent), kind("late"), kind("duplicate"), kind("corrupt"), number(stream.read)];
        table.add_row(std::iter::once(stream.stream.clone()).chain(cells));
    }
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table.lines().map(|line| format!(" {}\n", line.trim_end())).collect()
}

fn totals(run: &RunReport) -> String {
    let jobs: String = run.jobs.iter().map(|job| job_totals(job, run.jobs.len() > 1)).collect();
    let mut text = String::new();
    let lost: u64 = run.lost.iter().map(|l| l.rows).sum();
    line_of(&mut text, "rows dropped", number(lost), "");
    for (reason, by_stream) in lost_by_reason(run) {
        let total: u64 = by_stream.iter().map(|(_, rows)| rows).sum();
        let streams: Vec<String> =
            by_stream.iter().map(|(s, rows)| format!("{s} {}", number(*rows))).collect();
        line_of(&mut text, &format!("  {reason}"), number(total), &streams.join(", "));
    }
    line_of(&mut text, "records rejected", number(run.records_rejected), "did not decode in full");
    jobs + &text
}

fn job_totals(job: &JobReport, named: bool) -> String {
    let mut text = if named { format!("  {BOLD}{}{PLAIN}\n", job.job) } else { String::new() };
    let written = format!("in {} objects, {}", number(job.objects), bytes(job.bytes));
    line_of(&mut text, &format!("rows {}", job.by), number(job.rows), &written);
    if job.state_rows > 0 || job.by != "written" {
        line_of(&mut text, "rows in state", number(job.state_rows), "kept for what is still to come");
    }
    if job.failed > 0 {
        line_of(
            &mut text,
            "failed runs",
            number(job.failed),
            &format!("of {}", number(job.runs + job.failed)),
        );
    }
    if let Some(watermark) = &job.watermark {
        text += &format!("  {:<20}{:>12}\n", "watermark", watermark);
    }
    text
}

/// One total: name, value, and what it is made of.
fn line_of(text: &mut String, name: &str, value: String, rest: &str) {
    let rest = wrapped(rest, 37);
    let _ = writeln!(text, "{}", format!("  {name:<20}{value:>12}   {rest}").trim_end());
}

/// In the order of the report, which lists the reasons that matter most first.
fn lost_by_reason(run: &RunReport) -> Vec<(&str, Vec<(&str, u64)>)> {
    let mut order: Vec<&str> = run.lost.iter().map(|l| l.reason).collect();
    order.dedup();
    let mut grouped: BTreeMap<&str, Vec<(&str, u64)>> = BTreeMap::new();
    for lost in &run.lost {
        grouped.entry(lost.reason).or_default().push((&lost.stream, lost.rows));
    }
    order.into_iter().filter_map(|reason| grouped.remove(reason).map(|rows| (reason, rows))).collect()
}

fn checks(run: &RunReport) -> String {
    let mut text = String::new();
    for check in &run.checks {
        let _ = match &check.verdict {
            Verdict::Passed => writeln!(text, "  {GREEN}✓{PLAIN} {}", wrapped(&check.name, 4)),
            Verdict::Failed { summary, .. } | Verdict::Pending { summary, .. } => {
                let rows: Vec<String> = check.verdict.details().iter().map(|row| wrapped(row, 8)).collect();
                writeln!(text, "{}", failure(check, summary, &rows))
            }
            Verdict::Broken { error } => {
                writeln!(text, "{}", failure(check, "the query could not be run", &duckdb_error(error)))
            }
        };
    }
    text
}

fn failure(check: &CheckResult, summary: &str, details: &[String]) -> String {
    let details: String = details.iter().map(|line| format!("\n      {line}")).collect();
    let name = wrapped(&check.name, 4);
    let summary = wrapped(&format!("{}:{}: {summary}", check.file, check.line), 4);
    format!("  {RED}✗{PLAIN} {name}\n    {summary}{details}")
}

/// What DuckDB said, for column 6: sentences are broken between words, the line that it quotes keeps its caret below
/// the same word.
fn duckdb_error(error: &str) -> Vec<String> {
    let mut details = Vec::new();
    let mut lines = error.lines().map(str::trim_end).filter(|line| !line.is_empty());
    while let Some(line) = lines.next() {
        match line.starts_with("LINE ") {
            false => details.push(wrapped(line, 6)),
            true => {
                let caret = lines.next().unwrap_or_default();
                // Some of what follows the caret is shown too.
                let skipped = (caret.chars().count() + 20).saturating_sub(WIDTH - 6);
                details.extend([excerpt(line, skipped), excerpt(caret, skipped)]);
            }
        }
    }
    details
}

/// The part of a line that fits behind column 6, with an ellipsis where something is left out.
fn excerpt(line: &str, skipped: usize) -> String {
    let mut part: Vec<char> = line.chars().skip(skipped).collect();
    if let Some(first) = part.first_mut().filter(|first| skipped > 0 && **first != ' ') {
        *first = '…';
    }
    if part.len() > WIDTH - 6 {
        part.truncate(WIDTH - 7);
        part.push('…');
    }
    part.into_iter().collect()
}

fn verdict(run: &RunReport, elapsed: Duration, kept: Option<&Path>) -> String {
    let colour = if run.passed() { GREEN } else { RED };
    let sent: u64 = run.streams.iter().map(|s| s.sent).sum();
    let rate = sent as f64 / elapsed.as_secs_f64().max(1e-9);
    let kept = kept.map(|folder| format!("\nkept in {}", folder.display())).unwrap_or_default();
    format!(
        "{colour}{}{PLAIN} in {:.2} s ({} events/s){kept}",
        passed(run),
        elapsed.as_secs_f64(),
        number(rate as u64)
    )
}

/// Broken between words where a text that starts in column `indent` would pass the width; the lines that follow
/// start there too. A word that is too long stays whole.
pub fn wrapped(text: &str, indent: usize) -> String {
    let mut wrapped = String::new();
    let mut column = indent;
    for (i, word) in text.split(' ').enumerate() {
        let length = word.chars().count();
        let breaks = column + 1 + length > WIDTH;
        match i {
            0 => {}
            _ if breaks => wrapped += &format!("\n{:indent$}", ""),
            _ => wrapped.push(' '),
        }
        column = if breaks { indent } else { column + usize::from(i > 0) } + length;
        wrapped += word;
    }
    wrapped
}

/// Digits in groups of three.
pub(super) fn number(n: u64) -> String {
    let digits = n.to_string();
    let groups = digits.as_bytes().rchunks(3).rev().map(|g| String::from_utf8_lossy(g).into_owned());
    groups.collect::<Vec<_>>().join(",")
}

fn bytes(n: u64) -> String {
    match n {
        0..1_000 => format!("{n} B"),
        1_000..1_000_000 => format!("{:.1} kB", n as f64 / 1e3),
        _ => format!("{:.1} MB", n as f64 / 1e6),
    }
}

fn duration(seconds: i64) -> String {
    match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
        (0, 0, s) => format!("{s} s"),
        (0, m, s) => format!("{m} min {s} s"),
        (h, m, _) => format!("{h} h {m} min"),
    }
}
