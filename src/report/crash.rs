//! What came of crashing a scenario everywhere, for people.

use std::fmt::Write;
use std::time::Duration;

use comfy_table::{CellAlignment, Table, presets};
use wavetank::scenarios::crash::CrashReport;

use super::text::{number, wrapped};

const GREEN: &str = "\x1b[32m";
const RED: &str = "\x1b[31m";
const BOLD: &str = "\x1b[1m";
const PLAIN: &str = "\x1b[0m";

/// At most so many failures are shown.
const FAILURES_SHOWN: usize = 5;

/// The whole report.
pub fn render(report: &CrashReport, elapsed: Duration) -> String {
    let mut text = format!(
        "{BOLD}{}{PLAIN}\nseed {} · {} calls of the ports, {} places to crash\n\n{}\n",
        wrapped(&report.scenario, 0),
        report.seed,
        number(report.calls),
        number(report.places),
        table(report)
    );
    for failure in report.failures.iter().take(FAILURES_SHOWN) {
        let what = format!(
            "{} at call {} in trigger {}, {}: {}",
            failure.disturbance, failure.call, failure.trigger, failure.at, failure.problem
        );
        // Writing to a string does not fail.
        let _ = writeln!(text, "  {RED}✗{PLAIN} {}", wrapped(&what, 4));
    }
    if let Some(more) = report.failures.len().checked_sub(FAILURES_SHOWN).filter(|more| *more > 0) {
        let _ = writeln!(text, "  and {} more; --format json has them all", number(more as u64));
    }
    text + &verdict(report, elapsed)
}

fn table(report: &CrashReport) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(["disturbance", "runs", "as clean", "as the model", "wrong"]);
    for row in &report.disturbances {
        let wrong = row.runs - row.as_clean - row.as_model;
        let cells = [row.runs, row.as_clean, row.as_model, wrong].map(number);
        table.add_row(std::iter::once(row.disturbance.to_owned()).chain(cells));
    }
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table.lines().map(|line| format!(" {}\n", line.trim_end())).collect()
}

fn verdict(report: &CrashReport, elapsed: Duration) -> String {
    let runs: u64 = report.disturbances.iter().map(|row| row.runs).sum();
    let modelled: u64 = report.disturbances.iter().map(|row| row.as_model).sum();
    let mut text = String::new();
    if report.passed() {
        let said = match modelled {
            0 => "every run left the table and the ledger of the run without a fault".to_owned(),
            _ => format!(
                "{} of {} runs left the table and the ledger of the run without a fault; {} left those that the \
                 row-by-row model gives for the same batches and restarts (a restart forgets each stream's own \
                 watermark, as Spark's does, and a slow call changes what a batch finds)",
                number(runs - modelled),
                number(runs),
                number(modelled)
            ),
        };
        let _ = writeln!(text, "  {GREEN}✓{PLAIN} {}", wrapped(&said, 4));
    }
    let (colour, passed) = match report.passed() {
        true => (GREEN, runs),
        false => (RED, runs - report.failures.len() as u64),
    };
    let _ = writeln!(
        text,
        "\n{colour}{} of {} runs passed in {:.1} s{PLAIN}",
        number(passed),
        number(runs),
        elapsed.as_secs_f64()
    );
    text
}
