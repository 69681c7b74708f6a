//! Scenarios written in a test, and their runs.

use miette::{GraphicalReportHandler, GraphicalTheme};
use wavetank::scenarios::file::FileError;
use wavetank::scenarios::report::{RunReport, Verdict};
use wavetank::scenarios::run::{RunOptions, run};
use wavetank::scenarios::scenario::Scenario;

/// Orders and their payments, joined. `rest` begins with the clock.
pub fn shop(rest: &str) -> Scenario {
    const HEAD: &str = "\
scenario: orders and their payments
use: { pipeline: pipeline.sql }
resources:
  streams: { orders: { shards: 2 }, payments: { shards: 1 } }
  buckets: [lake]
  databases:
    shop:
      orders: { stream: orders, columns: { id: string, at: bigint } }
      payments: { stream: payments, columns: { id: string, at: bigint } }
job:
  database: shop
  sink: { table: paid, path: s3://lake/paid/, format: parquet }
  checkpoint: s3://lake/checkpoint/
  starting_position: trim_horizon
shapes:
  O: { stream: orders, row: { id: $id, at: $t } }
  P: { stream: payments, row: { id: $id, at: $t } }
  X: { stream: orders, key: broken, raw: '{\"id\": ' }
";
    plan(&format!("{HEAD}{rest}"), PIPELINE)
}

const PIPELINE: &str = "\
CREATE TEMPORARY VIEW o AS SELECT id, timestamp_seconds(at) AS ordered FROM STREAM(orders);
CREATE TEMPORARY VIEW p AS SELECT id, timestamp_seconds(at) AS paid FROM STREAM(payments);
CREATE STREAMING TABLE paid AS
SELECT o.id, o.ordered, p.paid
FROM STREAM(o) WATERMARK ordered DELAY OF INTERVAL 10 MINUTES AS o
JOIN STREAM(p) WATERMARK paid DELAY OF INTERVAL 10 MINUTES AS p
  ON o.id = p.id AND p.paid BETWEEN o.ordered AND o.ordered + INTERVAL 1 MINUTE;
";

/// A scenario of a file and a pipeline.
#[track_caller]
pub fn plan(file: &str, pipeline: &str) -> Scenario {
    let read = |_: &str| Ok(("pipeline.sql".to_owned(), pipeline.to_owned()));
    Scenario::plan("shop.wt.yaml", file, read).unwrap_or_else(|error| panic!("{}", drawn(&error)))
}

/// Runs a scenario to its end.
pub fn ran(scenario: &Scenario) -> RunReport {
    ran_with(scenario, |_| ())
}

/// Runs a scenario to its end, with other options.
pub fn ran_with(scenario: &Scenario, change: impl FnOnce(&mut RunOptions)) -> RunReport {
    let folder = tempfile::tempdir().unwrap();
    let mut options = RunOptions::new(folder.path());
    change(&mut options);
    run(scenario, options, &mut ()).unwrap()
}

/// Everything that did not hold, as people see it.
pub fn problems(report: &RunReport) -> Vec<String> {
    let lines = report.timeline.iter().flat_map(|line| &line.failures).map(|failure| drawn(&failure.error));
    let checks = report.checks.iter().filter(|check| check.verdict != Verdict::Passed);
    lines.chain(checks.map(|check| format!("{}: {:#?}", check.name, check.verdict))).collect()
}

/// An error as people see it, plain and wide.
pub fn drawn(error: &FileError) -> String {
    let handler = GraphicalReportHandler::new_themed(GraphicalTheme::unicode_nocolor()).with_width(200);
    let mut text = String::new();
    handler.render_report(&mut text, error).unwrap();
    text
}
