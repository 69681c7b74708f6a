//! Names in a scenario file that must be somewhere else in it.

use serde_saphyr::Spanned;
use wavetank_engine::retry::RETRIES_MAX;

use super::error::{FileError, Source};
use super::fault::Fault;
use super::job::{Job, JobKind, Start, StreamingJob};
use super::load::{Origin, Target};
use super::resources::Table;
use super::s3_path::S3Path;
use super::suggest::{did_you_mean, name_list};
use super::timeline::Step;
use super::{ScenarioFile, above_zero, properties};

/// Checks every name and number that the types alone cannot; stops at the first that is wrong.
pub(super) fn check(file: &ScenarioFile) -> Result<(), FileError> {
    check_resources(file)?;
    file.jobs.iter().try_for_each(|job| check_job(file, job))?;
    refuse_duplicates(&file.source, "job", file.jobs.iter().map(|job| &job.name))?;
    check_shapes(file)?;
    check_timeline(file)?;
    check_generate(file)?;
    file.faults.iter().try_for_each(|entry| check_fault(file, &entry.fault))?;
    refuse_duplicates(&file.source, "check", file.checks.iter().map(|check| &check.name))?;
    refuse_duplicates(&file.source, "property", file.properties.iter().map(|property| &property.name))?;
    properties::check(file)
}

fn check_resources(file: &ScenarioFile) -> Result<(), FileError> {
    let source = &file.source;
    let resources = &file.resources;
    refuse_duplicates(source, "bucket", resources.buckets.iter())?;
    for (name, stream) in resources.streams.iter() {
        at_least_one(
            source,
            u64::from(stream.shards.value),
            &stream.shards,
            &format!("`shards` of stream `{name}`"),
        )?;
    }
    for (_, tables) in resources.databases.iter() {
        for (name, table) in tables.iter() {
            check_table(file, name, table)?;
        }
    }
    Ok(())
}

fn check_table(file: &ScenarioFile, name: &str, table: &Table) -> Result<(), FileError> {
    if let Some(stream) = &table.stream {
        let streams = file.resources.streams.names();
        known(&file.source, stream, streams, &format!("table `{name}` reads stream"), "resources.streams")?;
    }
    if let Some(location) = &table.location {
        known_bucket(file, location)?;
    }
    // Hive folds the case of column names, and partition keys are columns too.
    let mut seen: Vec<String> = Vec::new();
    for (column, _) in table.columns.spanned().chain(table.partition_keys.spanned()) {
        let folded = column.value.to_lowercase();
        if seen.contains(&folded) {
            let message = format!("table `{name}` has the column `{}` twice", column.value);
            let help = "column names differ by more than case, and partition keys count as columns";
            return Err(file.source.error_at(column, message).label("again here").help(help));
        }
        seen.push(folded);
    }
    Ok(())
}

fn check_job(file: &ScenarioFile, job: &Job) -> Result<(), FileError> {
    let databases = file.resources.databases.names();
    known(&file.source, &job.database, databases, "the job uses database", "resources.databases")?;
    match &job.kind {
        JobKind::Streaming(streaming) => check_streaming_job(file, streaming),
        JobKind::Batch(batch) => match &batch.start {
            Start::ObjectCreated(on) => known_bucket(file, &on.created),
            Start::Schedule(_) | Start::ByHand => Ok(()),
        },
    }
}

fn check_streaming_job(file: &ScenarioFile, job: &StreamingJob) -> Result<(), FileError> {
    known_bucket(file, &job.sink.path)?;
    known_bucket(file, &job.checkpoint)?;
    refuse_duplicates(&file.source, "partition column", job.sink.partition_by.iter())?;
    let fetch = &job.max_fetch_records_per_shard;
    at_least_one(&file.source, fetch.value, fetch, "`max_fetch_records_per_shard`")?;
    let retries = &job.batch_max_retries;
    if retries.value > RETRIES_MAX {
        // Glue's own words.
        let message =
            format!("Please specify the number of retries as an integer in the range of [0, {RETRIES_MAX}].");
        return Err(file.source.error_at(retries, message).label("too many"));
    }
    job.trigger.as_ref().map_or(Ok(()), |trigger| above_zero(&file.source, trigger, "`job.trigger`"))
}

fn check_shapes(file: &ScenarioFile) -> Result<(), FileError> {
    file.shapes.iter().try_for_each(|(name, shape)| {
        let what = format!("shape `{name}` is sent to stream");
        known(&file.source, &shape.stream, file.resources.streams.names(), &what, "resources.streams")
    })
}

fn check_timeline(file: &ScenarioFile) -> Result<(), FileError> {
    let mut down = false;
    for line in &file.timeline.lines {
        match &line.step {
            Step::Fault(fault) => check_fault(file, fault)?,
            Step::Crash if down => {
                let message = "the jobs are dead already";
                return Err(file
                    .source
                    .error(line.place.clone(), message)
                    .label("`restart` stands before this"));
            }
            Step::Crash => down = true,
            Step::Restart => down = false,
            Step::Send(_) | Step::Advance(_) | Step::Start => {}
        }
    }
    Ok(())
}

fn check_fault(file: &ScenarioFile, fault: &Spanned<Fault>) -> Result<(), FileError> {
    let streams = || file.resources.streams.names();
    match &fault.value {
        Fault::Reshard(reshard) => {
            known(
                &file.source,
                &reshard.stream,
                streams(),
                "the fault is about stream",
                "resources.streams",
            )?;
            match (&reshard.split, &reshard.merge) {
                (None, None) => {
                    let help = "add `split: shardId-000000000000` or `merge: [shardId-…, shardId-…]`";
                    let message = "`reshard` does not say how";
                    Err(file.source.error_at(fault, message).label("neither `split` nor `merge`").help(help))
                }
                (Some(_), Some(merge)) => {
                    let message = "a reshard is a `split` or a `merge`, and both are given";
                    Err(file.source.error_at(merge, message).label("leave out this or `split`"))
                }
                _ => Ok(()),
            }
        }
        Fault::Stall(stall) => {
            known(&file.source, &stall.stream, streams(), "the fault is about stream", "resources.streams")
        }
        Fault::Run(run) => {
            let batch = file.jobs.iter().filter(|job| matches!(job.kind, JobKind::Batch(_)));
            known(
                &file.source,
                &run.job,
                batch.map(|job| job.name.value.as_str()),
                "the fault runs batch job",
                "jobs",
            )
        }
        Fault::Put(put) => {
            known(&file.source, &put.of, file.generate.names(), "the fault puts rows of", "generate")
        }
        Fault::Crash(_) | Fault::Kinesis(_) | Fault::S3(_) | Fault::Glue(_) => Ok(()),
    }
}

fn check_generate(file: &ScenarioFile) -> Result<(), FileError> {
    if let Some((first, _)) = file.generate.spanned().next()
        && file.clock.length.is_none()
    {
        let help = "add `for: 1h` or `until: 2026-01-05T11:00:00Z` to `clock`";
        let message = "`clock` does not say how long traffic is generated";
        return Err(file.source.error_at(first, message).label("for how long?").help(help));
    }
    for (stream, load) in file.generate.spanned() {
        match &load.target {
            Target::Stream => {
                let streams = file.resources.streams.names();
                known(&file.source, stream, streams, "`generate` names stream", "resources.streams")?;
            }
            Target::Objects(to) => {
                let bucket = Spanned::new(to.value.bucket.clone(), to.referenced, to.defined);
                let buckets = file.resources.buckets.iter().map(|bucket| bucket.value.as_str());
                known(&file.source, &bucket, buckets, "this path is in bucket", "resources.buckets")?;
            }
        }
        if let Origin::Follows { parent, .. } = &load.origin {
            let generated = file.generate.names();
            let what = format!("stream `{}` follows", stream.value);
            known(&file.source, parent, generated, &what, "generate")?;
            check_descent(file, stream, parent)?;
        }
    }
    Ok(())
}

/// Follows the parents upwards; they must end at a stream that the clock drives.
fn check_descent(
    file: &ScenarioFile,
    stream: &Spanned<String>,
    parent: &Spanned<String>,
) -> Result<(), FileError> {
    let mut ancestor = parent.value.as_str();
    for _ in 0..file.generate.len() {
        match file.generate.get(ancestor).map(|load| &load.origin) {
            Some(Origin::Follows { parent, .. }) => ancestor = &parent.value,
            _ => return Ok(()),
        }
    }
    let message = format!("stream `{}` follows itself in a circle", stream.value);
    let help = "one stream of the circle needs `events` or `rate` instead of `follows`";
    Err(file.source.error_at(parent, message).label("the circle passes here").help(help))
}

fn known_bucket(file: &ScenarioFile, path: &Spanned<S3Path>) -> Result<(), FileError> {
    let bucket = Spanned::new(path.value.bucket().to_owned(), path.referenced, path.defined);
    let buckets = file.resources.buckets.iter().map(|bucket| bucket.value.as_str());
    known(&file.source, &bucket, buckets, "this path is in bucket", "resources.buckets")
}

/// Refuses a name that is not among the known ones.
fn known<'a>(
    source: &Source,
    name: &Spanned<String>,
    known: impl Iterator<Item = &'a str> + Clone,
    what: &str,
    place: &str,
) -> Result<(), FileError> {
    if known.clone().any(|known| known == name.value) {
        return Ok(());
    }
    let near = did_you_mean(&name.value, known.clone());
    let message = format!("{what} `{}`, which is not in `{place}`{near}", name.value);
    let list = name_list(known);
    let help = match list.is_empty() {
        true => format!("`{place}` is empty"),
        false => format!("`{place}` has {list}"),
    };
    Err(source.error_at(name, message).label("not known").help(help))
}

fn refuse_duplicates<'a>(
    source: &Source,
    what: &str,
    names: impl Iterator<Item = &'a Spanned<String>>,
) -> Result<(), FileError> {
    let mut seen: Vec<&str> = Vec::new();
    for name in names {
        if seen.contains(&name.value.as_str()) {
            let message = format!("{what} `{}` appears twice", name.value);
            return Err(source.error_at(name, message).label("again here"));
        }
        seen.push(&name.value);
    }
    Ok(())
}

fn at_least_one<T>(source: &Source, number: u64, at: &Spanned<T>, what: &str) -> Result<(), FileError> {
    match number {
        0 => Err(source.error_at(at, format!("{what} must be at least 1")).label("not 0")),
        _ => Ok(()),
    }
}
