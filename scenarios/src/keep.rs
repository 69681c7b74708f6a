//! A kept run, laid out for people: `s3/<bucket>/<key>` for every object, `ledger/<table>.parquet` for every system
//! table, `report.json`. The emulator's own data directory stays beside them.

use std::fs;
use std::io;
use std::path::Path;

use wavetank_emulator::ApiError;
use wavetank_emulator::s3::{ListObjectsV2, ListObjectsV2Request};

use crate::adapters::Services;
use crate::check::CheckDatabase;
use crate::file::ScenarioFile;
use crate::recorder;
use crate::report::RunReport;

/// Why results could not be laid out.
#[derive(Debug, thiserror::Error)]
pub enum KeepError {
    /// A file could not be written.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// The emulator refused to list a bucket.
    #[error(transparent)]
    Api(#[from] ApiError),
    /// A system table could not be exported.
    #[error(transparent)]
    DuckDb(#[from] duckdb::Error),
}

/// Lays out a finished run in its folder.
pub fn keep(
    folder: &Path,
    file: &ScenarioFile,
    services: &Services,
    database: &CheckDatabase,
    report: &RunReport,
) -> Result<(), KeepError> {
    for bucket in &file.resources.buckets {
        objects(&folder.join("s3").join(&bucket.value), &bucket.value, services)?;
    }
    let ledger = folder.join("ledger");
    fs::create_dir_all(&ledger)?;
    for (table, _) in recorder::schemas() {
        database.export(table, &ledger.join(format!("{table}.parquet")))?;
    }
    let text = serde_json::to_string_pretty(report).expect("a report has string keys only");
    fs::write(folder.join("report.json"), text + "\n")?;
    Ok(())
}

/// One bucket's objects under their keys, as hard links where the file system allows it.
fn objects(folder: &Path, bucket: &str, services: &Services) -> Result<(), KeepError> {
    let mut request = ListObjectsV2Request::new(bucket, "");
    loop {
        let page = services.call::<ListObjectsV2>(request.clone())?;
        for object in &page.contents {
            let Some(body) = services.emulator.object_file(bucket, &object.key)? else { continue };
            // A key may hold parts that a path cannot; those objects stay in the emulator's directory only.
            if object.key.split('/').any(|part| part.is_empty() || part == "." || part == "..") {
                continue;
            }
            let target = folder.join(&object.key);
            fs::create_dir_all(target.parent().unwrap_or(folder))?;
            fs::hard_link(&body, &target).or_else(|_| fs::copy(&body, &target).map(|_| ()))?;
        }
        match page.next_continuation_token {
            None => return Ok(()),
            token => request.continuation_token = token,
        }
    }
}
