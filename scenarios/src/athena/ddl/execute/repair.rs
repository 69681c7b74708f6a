//! `MSCK REPAIR TABLE`: registers the folders that are named like partitions.
//! Source: <https://docs.aws.amazon.com/athena/latest/ug/msck-repair-table.html>; Hive's `HiveMetaStoreChecker`.

use std::collections::BTreeSet;

use super::super::answer::Answer;
use super::super::error::DdlError;
use super::super::statement::TableName;
use super::partitions::{described, folder, keys};
use super::{Found, Outcome, Run, is_view};

pub(super) fn repair(run: &Run<'_>, table: &TableName) -> Outcome {
    let Some(found) = run.look_up(table)? else {
        return answer(vec![listed("Tables not in metastore:", [table.name.clone()])]);
    };
    if is_view(&found.input) {
        return Err(DdlError::execution("Can not create a Path from an empty string"));
    }
    let descriptor = found.input.storage_descriptor.as_ref();
    let Some(place) = descriptor.and_then(|d| d.location.as_deref()).and_then(Place::of) else {
        return Err(DdlError::execution("Can not create a Path from an empty string"));
    };
    let objects = run.catalog.keys(place.bucket, &place.prefix)?;
    if objects.is_empty() {
        return answer(vec![listed("Tables missing on filesystem:", [found.name])]);
    }
    let keys = keys(&found.input);
    if keys.is_empty() {
        return answer(Vec::new());
    }
    compare(run, &found, &keys, &place, &objects)
}

/// Folders against partitions; what has a folder only is registered.
fn compare(run: &Run<'_>, found: &Found, keys: &[&str], place: &Place<'_>, objects: &[String]) -> Outcome {
    let registered = run.catalog.partitions(&found.database, &found.name, "")?;
    let mut missing = Vec::new();
    let mut known = BTreeSet::new();
    for partition in registered {
        let values = partition.values.unwrap_or_default();
        let location = partition.storage_descriptor.and_then(|descriptor| descriptor.location);
        if !has_objects(run, location.as_deref(), place, objects)? {
            missing.push(folder(keys, &values));
        }
        known.insert(values);
    }
    let folders = objects.iter().filter_map(|key| values_of(key.strip_prefix(place.prefix.as_str())?, keys));
    let new: BTreeSet<Vec<String>> = folders.filter(|values| !known.contains(values)).collect();
    let names: Vec<String> = new.iter().map(|values| folder(keys, values)).collect();
    let now = run.context.now.as_secs();
    let partitions = new.into_iter().map(|values| described(found, values, None, now)).collect();
    run.catalog.create_partitions(&found.database, &found.name, partitions)?;

    let shown = |name: &String| format!("{}:{name}", found.name);
    let mut lines = Vec::new();
    if !names.is_empty() {
        lines.push(listed("Partitions not in metastore:", names.iter().map(shown)));
    }
    if !missing.is_empty() {
        missing.sort_unstable();
        lines.push(listed("Partitions missing from filesystem:", missing.iter().map(shown)));
    }
    lines.extend(names.iter().map(|name| format!("Repair: Added partition to metastore {}", shown(name))));
    answer(lines)
}

/// There are rows, but no columns.
fn answer(lines: Vec<String>) -> Outcome {
    Ok(Answer { lines, ..Answer::done() })
}

fn listed(what: &str, names: impl IntoIterator<Item = String>) -> String {
    let names: Vec<_> = names.into_iter().collect();
    format!("{what}\t{}", names.join("\t"))
}

/// A folder of S3.
struct Place<'a> {
    bucket: &'a str,
    /// Empty, or with a slash at its end.
    prefix: String,
}

impl<'a> Place<'a> {
    fn of(location: &'a str) -> Option<Self> {
        let schemes = ["s3://", "s3a://", "s3n://"];
        let rest = schemes.iter().find_map(|scheme| location.strip_prefix(scheme))?;
        let (bucket, path) = rest.split_once('/').unwrap_or((rest, ""));
        let path = path.trim_end_matches('/');
        let prefix = if path.is_empty() { String::new() } else { format!("{path}/") };
        (!bucket.is_empty()).then_some(Self { bucket, prefix })
    }
}

/// Whether anything is below a location. Most are below their table's, whose keys are at hand.
fn has_objects(
    run: &Run<'_>,
    location: Option<&str>,
    table: &Place<'_>,
    objects: &[String],
) -> Result<bool, DdlError> {
    let Some(place) = location.and_then(Place::of) else {
        return Ok(false);
    };
    if place.bucket == table.bucket && place.prefix.starts_with(&table.prefix) {
        let first = objects.partition_point(|key| *key < place.prefix);
        return Ok(objects.get(first).is_some_and(|key| key.starts_with(&place.prefix)));
    }
    Ok(!run.catalog.keys(place.bucket, &place.prefix)?.is_empty())
}

/// The values in `key=value/key=value/…`, in the order of the keys and in their lower case.
fn values_of(path: &str, keys: &[&str]) -> Option<Vec<String>> {
    // The last part is the object, which may have no name.
    let folders: Vec<_> = path.split('/').collect();
    let folders = folders.get(..keys.len()).filter(|_| folders.len() > keys.len())?;
    let values = folders.iter().zip(keys).map(|(folder, key)| {
        let (name, value) = folder.split_once('=')?;
        (unescaped(name) == *key && !value.is_empty()).then(|| unescaped(value))
    });
    values.collect()
}

/// `%3A` back to `:`; what is no such escape stays.
fn unescaped(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let code = tail.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
        let code = code.and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match (first, code) {
            (b'%', Some(code)) => {
                bytes.push(code);
                rest = &tail[2..];
            }
            (byte, _) => {
                bytes.push(*byte);
                rest = tail;
            }
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_partitions_when_all_keys_are_there() {
        let values = |path| values_of(path, &["year", "month"]);
        let some = |a: &str, b: &str| Some(vec![a.to_owned(), b.to_owned()]);
        assert_eq!(values("year=2024/month=01/part.parquet"), some("2024", "01"));
        assert_eq!(values("year=2024/month=01/"), some("2024", "01"));
        assert_eq!(values("year=2024/month=01/deeper/x"), some("2024", "01"));
        assert_eq!(values("year=a%3Ab/month=%zz"), None);
        assert_eq!(values("year=a%3Ab/month=%zz/"), some("a:b", "%zz"));
        assert_eq!(values("Year=2024/month=01/x"), None);
        assert_eq!(values("month=01/year=2024/x"), None);
        assert_eq!(values("year=/month=01/x"), None);
        assert_eq!(values("year=2024/x"), None);
    }

    #[test]
    fn places_have_a_bucket() {
        let place = |location| Place::of(location).map(|place| (place.bucket.to_owned(), place.prefix));
        assert_eq!(place("s3://lake/a/b"), Some(("lake".to_owned(), "a/b/".to_owned())));
        assert_eq!(place("s3a://lake/a//"), Some(("lake".to_owned(), "a/".to_owned())));
        assert_eq!(place("s3://lake"), Some(("lake".to_owned(), String::new())));
        assert_eq!(place("hdfs://lake/a"), None);
        assert_eq!(place("s3:///a"), None);
    }
}
