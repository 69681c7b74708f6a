//! `wavetank query`: SQL over a kept run.

use wavetank::scenarios::keep::{KeptError, open};

use crate::Outcome;
use crate::cli::{Format, OutputArgs, QueryArgs};
use crate::exit::{self, Exit};
use crate::report;

/// Version of the JSON form.
const SCHEMA: &str = "wavetank.query/1";

#[derive(serde::Serialize)]
struct Document<'a> {
    schema: &'static str,
    columns: &'a [String],
    rows: &'a [Vec<Option<String>>],
}

/// Runs one query and prints its answer.
pub fn query(args: &QueryArgs, output: &OutputArgs) -> Outcome {
    let kept = match open(&args.run) {
        Ok(kept) => kept,
        Err(KeptError::NotKept { folder }) => {
            anstream::eprintln!("error: `{}` does not hold a kept run", folder.display());
            anstream::eprintln!(
                "  help: `wavetank run SCENARIO --keep DIR` fills a folder; then add `--run DIR` here"
            );
            return Ok(Exit::Usage);
        }
        Err(error) => return Err(error.into()),
    };
    let rows = match kept.database.query(&args.sql) {
        Ok(rows) => rows,
        Err(error) => {
            anstream::eprintln!("error: the query could not be run\n{error}");
            return Ok(Exit::Usage);
        }
    };
    let text = match output.format {
        Format::Json => {
            let document = Document { schema: SCHEMA, columns: &rows.columns, rows: &rows.rows };
            serde_json::to_string_pretty(&document)? + "\n"
        }
        _ => report::table::render(&rows),
    };
    exit::print(&text, output)?;
    Ok(Exit::Passed)
}
