//! `wavetank gen`: the records that a scenario sends, without running it.

use std::collections::BTreeMap;
use std::io::Write;
use std::time::Duration;

use wavetank::emulator::kinesis::PUT_RECORDS_ENTRIES_MAX;
use wavetank::scenarios::adapters::{HttpStreams, Outgoing};
use wavetank::scenarios::file::UtcTime;
use wavetank::scenarios::generate::{Sent, sent};
use wavetank::scenarios::scenario::Scenario;

use super::run::cannot_load;
use super::serve::endpoint;
use crate::Outcome;
use crate::cli::{GenArgs, OutputArgs, REGION};
use crate::exit::{self, Exit};

/// Before records are put again that a shard had no room for.
const PAUSE: Duration = Duration::from_millis(200);

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
    if let Some(url) = &args.endpoint {
        return put(url, records, output);
    }
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

/// Puts records into the streams of a server, as fast as it takes them.
fn put(url: &str, records: impl Iterator<Item = Sent>, output: &OutputArgs) -> Outcome {
    let endpoint = match endpoint(url, REGION) {
        Ok(endpoint) => endpoint,
        Err(error) => {
            anstream::eprintln!("error: {error}");
            return Ok(Exit::Usage);
        }
    };
    let mut streams = HttpStreams::new(endpoint)?;
    let mut waiting: BTreeMap<String, Vec<Outgoing>> = BTreeMap::new();
    let mut sent: BTreeMap<String, u64> = BTreeMap::new();
    for record in records {
        *sent.entry(record.to.to_string()).or_default() += 1;
        let buffer = waiting.entry(record.to.to_string()).or_default();
        buffer.push(Outgoing { partition_key: record.partition_key.to_string(), data: record.data });
        if buffer.len() == PUT_RECORDS_ENTRIES_MAX {
            put_all(&mut streams, &record.to, std::mem::take(buffer))?;
        }
    }
    for (stream, buffer) in waiting {
        put_all(&mut streams, &stream, buffer)?;
    }
    let lines = sent.iter().map(|(stream, records)| format!("{records} records put into {stream}\n"));
    exit::print(&lines.collect::<String>(), output)?;
    Ok(Exit::Passed)
}

/// Puts records, and again those that a shard had no room for.
fn put_all(streams: &mut HttpStreams, stream: &str, mut records: Vec<Outgoing>) -> anyhow::Result<()> {
    while !records.is_empty() {
        let refused = streams.put_records(stream, &records)?;
        if !refused.is_empty() {
            std::thread::sleep(PAUSE);
        }
        records = refused;
    }
    Ok(())
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
