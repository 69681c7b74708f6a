//! The result of a benchmark as text, and the comparison of two.

use std::fmt::Write;

use comfy_table::{CellAlignment, Table, presets};
use wavetank::bench::Workload;
use wavetank::bench::compare::Comparison;
use wavetank::bench::report::{Report, Results};

use super::text::number;

/// All figures of a run.
pub fn render(report: &Report) -> String {
    let (results, parameters) = (&report.results, &report.parameters);
    let mut text = String::new();
    let threads = match parameters.parallelism {
        1 => "1 thread".to_owned(),
        n => format!("{n} threads"),
    };
    let _ = writeln!(text, "bench {} · seed {} · {threads}", report.workload.name(), parameters.seed);
    let machine = &report.machine;
    let processor = machine.processor.as_deref().unwrap_or("unknown processor");
    let _ = writeln!(text, "{processor} · {} cores · {}", machine.cores, machine.system);
    let lines = lines(report.workload, results);
    if !lines.is_empty() {
        text.push('\n');
    }
    for (name, value) in lines {
        let _ = writeln!(text, "  {name:<22}{value}");
    }
    if !results.parts.is_empty() {
        text.push('\n');
        text.push_str(&parts(results));
    }
    let _ = writeln!(text, "\n  answer {}", results.answer);
    text
}

fn lines(workload: Workload, results: &Results) -> Vec<(&'static str, String)> {
    let unit = match workload {
        Workload::Join | Workload::Hourly | Workload::Dedup => "events",
        Workload::Kinesis => "records",
        Workload::S3 => "objects",
        Workload::Athena => "rows",
        Workload::Startup => "processes",
    };
    let mut lines = Vec::new();
    if results.parts.is_empty() {
        let rate = number(results.events_per_second.round() as u64);
        lines.push(("speed", format!("{rate} {unit}/s, {:.1} MB/s of JSON", results.megabytes_per_second)));
        let input = format!("{:.1} MB", results.input_bytes as f64 / 1e6);
        lines.push(("input", format!("{} {unit}, {input}", number(results.events))));
        lines.push(("time", format!("{:.3} s", results.seconds)));
    }
    if let Some(batches) = results.batches {
        let (p50, p99) = (batches.p50_millis, batches.p99_millis);
        lines.push(("batches", format!("{}, p50 {p50:.1} ms, p99 {p99:.1} ms", batches.count)));
    }
    if let Some(rows) = results.rows {
        lines.push(("rows out", number(rows)));
    }
    if let Some(written) = results.written {
        let (table, checkpoint) = (written.table_bytes as f64 / 1e6, written.checkpoint_bytes as f64 / 1e6);
        let table = format!("{table:.1} MB in {} objects", number(written.objects));
        lines.push(("written", format!("{table}, checkpoint {checkpoint:.1} MB")));
    }
    if let Some(state) = results.state {
        let per_row = format!("{:.0} bytes each", state.bytes_per_row());
        lines.push(("state", format!("{} rows, {per_row}", number(state.rows))));
    }
    if let Some(bytes) = results.peak_memory_bytes {
        lines.push(("peak memory", format!("{:.0} MB, records in streams included", bytes as f64 / 1e6)));
    }
    lines
}

fn parts(results: &Results) -> String {
    let mut table = table(&["", "count", "/s", "MB/s", "p50 ms", "p99 ms"]);
    for part in &results.parts {
        let megabytes = part.bytes as f64 / 1e6 / part.seconds.max(f64::MIN_POSITIVE);
        table.add_row([
            part.name.clone(),
            number(part.events),
            figure(part.events_per_second),
            if part.bytes == 0 { String::new() } else { figure(megabytes) },
            figure(part.calls.p50_millis),
            figure(part.calls.p99_millis),
        ]);
    }
    indented(&table)
}

/// Two runs side by side.
pub fn render_comparison(comparison: &Comparison) -> String {
    let mut table = table(&["", "before", "after", "times as good"]);
    for row in &comparison.figures {
        table.add_row([
            row.name.clone(),
            figure(row.before),
            figure(row.after),
            format!("{:.2}", row.better),
        ]);
    }
    let mut text = indented(&table);
    for difference in &comparison.differences {
        let _ = writeln!(text, "  differs: {difference}");
    }
    if !comparison.same_answer {
        text.push_str("\n  ✗ the answers differ, to the same question: one of the two is wrong\n");
    }
    text
}

fn table(header: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(header);
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

fn indented(table: &Table) -> String {
    table.lines().map(|line| format!(" {}\n", line.trim_end())).collect()
}

/// Three or more digits, whatever the size.
fn figure(value: f64) -> String {
    match value {
        value if value >= 1000.0 => number(value.round() as u64),
        value if value >= 10.0 => format!("{value:.1}"),
        value => format!("{value:.3}"),
    }
}
