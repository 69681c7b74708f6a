//! `wavetank query`: SQL over a kept run, in DuckDB's dialect or in Athena's, and over a server's folder.

use std::path::Path;

use wavetank::emulator::{Emulator, Identity, OpenError, Storage};
use wavetank::scenarios::athena::engine::Engine;
use wavetank::scenarios::athena::session::Limits;
use wavetank::scenarios::check::Rows;
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
    let answered = match &args.data_dir {
        Some(folder) => in_data_dir(folder, args),
        None => in_run(args),
    };
    let rows = match answered? {
        Ok(rows) => rows,
        Err(exit) => return Ok(exit),
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

/// An answer, or what has been told is the user's to mend.
type Answered = anyhow::Result<Result<Rows, Exit>>;

fn in_run(args: &QueryArgs) -> Answered {
    let kept = match open(&args.run) {
        Ok(kept) => kept,
        Err(KeptError::NotKept { folder }) => {
            anstream::eprintln!("error: `{}` does not hold a kept run", folder.display());
            anstream::eprintln!(
                "  help: `wavetank run SCENARIO --keep DIR` fills a folder; then add `--run DIR` here"
            );
            return Ok(Err(Exit::Usage));
        }
        Err(error) => return Err(error.into()),
    };
    if args.athena {
        let database = args.database.as_deref().unwrap_or(&kept.default_database);
        return as_athena(&kept.emulator, database, &args.sql);
    }
    Ok(kept.database.query(&args.sql).map_err(|error| refused(&error.to_string())))
}

fn in_data_dir(folder: &Path, args: &QueryArgs) -> Answered {
    if !folder.join("emulator.sqlite").is_file() {
        anstream::eprintln!("error: `{}` is no folder of a server", folder.display());
        anstream::eprintln!("  help: `wavetank serve --data-dir DIR` makes one");
        return Ok(Err(Exit::Usage));
    }
    let emulator = match Emulator::open(Storage::Directory(folder.to_owned()), Identity::default()) {
        Ok(emulator) => emulator,
        Err(error @ OpenError::Database(_)) => return Err(error.into()),
        Err(error) => {
            anstream::eprintln!("error: {error}");
            anstream::eprintln!("  help: ask a server that runs through its port, as clients of Athena do");
            return Ok(Err(Exit::Usage));
        }
    };
    as_athena(&emulator, args.database.as_deref().unwrap_or("default"), &args.sql)
}

fn as_athena(emulator: &Emulator, database: &str, sql: &str) -> Answered {
    let folder = tempfile::tempdir()?;
    let engine = Engine::new(folder.path(), Limits::default());
    let answer = engine.query(emulator, super::serve::real_time(), database, sql);
    Ok(answer.map_err(|error| refused(&error.to_string())).map(|answer| Rows {
        columns: answer.columns.into_iter().map(|column| column.name).collect(),
        rows: answer.rows,
    }))
}

fn refused(error: &str) -> Exit {
    anstream::eprintln!("error: the query could not be run\n{error}");
    Exit::Usage
}
