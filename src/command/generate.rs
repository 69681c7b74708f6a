//! `wavetank gen`: the records that a scenario sends, without running it.

use std::io::Write;

use wavetank::scenarios::file::UtcTime;
use wavetank::scenarios::generate::{Sent, sent};
use wavetank::scenarios::scenario::Scenario;

use super::run::cannot_load;
use crate::Outcome;
use crate::cli::{GenArgs, OutputArgs};
use crate::exit::Exit;

/// One record as it is printed.
#[derive(serde::Serialize)]
struct Line<'a> {
    to: &'a str,
    event_time: String,
    arrival: String,
    partition_key: &'a str,
    kind: &'static str,
    data: std::borrow::Cow<'a, str>,
}

/// Prints a JSON line for each record, in the order of their arrivals.
pub fn generate(args: &GenArgs, output: &OutputArgs) -> Outcome {
    let scenario = match Scenario::load(&args.scenario) {
        Ok(scenario) => scenario.with_seed(args.seed),
        Err(error) => return Ok(cannot_load(&error, output)),
    };
    let known: Vec<&str> =
        scenario.file.resources.streams.names().chain(scenario.file.generate.names()).collect();
    if let Some(stream) = args.stream.as_deref().filter(|stream| !known.contains(stream)) {
        anstream::eprintln!("error: the scenario sends nothing to `{stream}`");
        anstream::eprintln!("  help: it knows {}", known.join(", "));
        return Ok(Exit::Usage);
    }
    let wanted = |record: &Sent| args.stream.as_deref().is_none_or(|stream| *record.to == *stream);
    let records = sent(&scenario.file, args.events).filter(wanted).take(args.limit.unwrap_or(usize::MAX));
    let stdout = std::io::stdout();
    let mut out = std::io::BufWriter::new(stdout.lock());
    for record in records {
        match args.raw {
            true => out.write_all(&record.data)?,
            false => serde_json::to_writer(&mut out, &line(&record))?,
        }
        out.write_all(b"\n")?;
    }
    out.flush()?;
    Ok(Exit::Passed)
}

fn line(record: &Sent) -> Line<'_> {
    let iso = |micros: i64| String::from_utf8_lossy(&UtcTime(micros).iso_millis()).into_owned();
    Line {
        to: &record.to,
        event_time: iso(record.event_time),
        arrival: iso(record.arrival),
        partition_key: &record.partition_key,
        kind: record.kind,
        data: String::from_utf8_lossy(&record.data),
    }
}
