//! A kept run, laid out for people: `s3/<bucket>/<key>` for every object, `ledger/<table>.parquet` for every system
//! table, `report.json`. The emulator's own data directory stays beside them.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Deserialize;
use wavetank_emulator::{ApiError, Emulator, Identity, OpenError, Storage};

use crate::adapters::Services;
use crate::check::{CheckDatabase, DatabaseError};
use crate::clock::VirtualClock;
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

/// A kept run that can be asked again.
pub struct Kept {
    /// The catalog's tables and the system tables.
    pub database: CheckDatabase,
    /// The services as the run has left them.
    pub emulator: Arc<Emulator>,
    /// The database that names without one mean.
    pub default_database: String,
}

/// Why a kept run cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum KeptError {
    /// The folder holds something else, or nothing.
    #[error("`{folder}` does not hold a kept run")]
    NotKept {
        /// Which folder.
        folder: PathBuf,
    },
    /// Its data directory cannot be opened.
    #[error("cannot open the emulator's data directory")]
    Open(#[from] OpenError),
    /// Its tables cannot be shown.
    #[error("cannot fill the database")]
    Database(#[from] DatabaseError),
    /// A system table cannot be read.
    #[error("cannot read the system tables")]
    DuckDb(#[from] duckdb::Error),
}

/// What of a kept report is needed to open the run again.
#[derive(Deserialize)]
struct KeptReport {
    jobs: Vec<KeptJob>,
}

#[derive(Deserialize)]
struct KeptJob {
    table: String,
}

/// Opens a run that [`keep`] has laid out.
pub fn open(folder: &Path) -> Result<Kept, KeptError> {
    let not_kept = || KeptError::NotKept { folder: folder.to_owned() };
    let report = fs::read(folder.join("report.json")).map_err(|_| not_kept())?;
    let report: KeptReport = serde_json::from_slice(&report).map_err(|_| not_kept())?;
    // DuckDB reads objects by absolute path.
    let folder = folder.canonicalize().map_err(|_| not_kept())?;
    let storage = Storage::Directory(folder.join("emulator"));
    let emulator = Arc::new(Emulator::open(storage, Identity::default())?);
    let services = Services { emulator: Arc::clone(&emulator), clock: VirtualClock::at(0) };
    let mut database = CheckDatabase::open();
    let tables = report.jobs.iter().map(|job| job.table.as_str()).find(|table| !table.is_empty());
    let default = tables.and_then(|table| table.split('.').next()).unwrap_or("default");
    database.attach_catalog(&services, default, &|_| true)?;
    for (table, _) in recorder::schemas() {
        database.import(table, &folder.join("ledger").join(format!("{table}.parquet")))?;
    }
    Ok(Kept { database, emulator, default_database: default.to_owned() })
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
    for (key, _) in services.objects(bucket, "")? {
        let Some(body) = services.emulator.object_file(bucket, &key)? else { continue };
        // A key may hold parts that a path cannot; those objects stay in the emulator's directory only.
        if key.split('/').any(|part| part.is_empty() || part == "." || part == "..") {
            continue;
        }
        let target = folder.join(&key);
        fs::create_dir_all(target.parent().unwrap_or(folder))?;
        fs::hard_link(&body, &target).or_else(|_| fs::copy(&body, &target).map(|_| ()))?;
    }
    Ok(())
}
