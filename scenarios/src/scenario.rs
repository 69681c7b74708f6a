//! A scenario that is ready to run: the file, its pipeline, and everything in both checked before a byte is written.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::datatypes::{Field, Schema, SchemaRef};
use serde_saphyr::Spanned;
use wavetank_engine::plan::{LogicalPlan, Pipeline};
use wavetank_engine::ports::{BatchTables, NewTable, PortResult, StoredPartition, StoredTable};
use wavetank_engine::query::output_schema;
use wavetank_engine::source::ObjectFormat;
use wavetank_engine::sql::{self, SqlError, Tables};
use wavetank_engine::types::parse_hive_type;

use crate::check::{SnapshotError, Snapshots, snapshot_path};
use crate::file::{Entries, FileError, Job, JobKind, ScenarioFile, Source, StreamingJob, Table, TableFormat};
use crate::library;
use crate::world::variables;

/// A planned scenario.
#[derive(Debug, Clone)]
pub struct Scenario {
    /// The file.
    pub file: ScenarioFile,
    /// What each job of the file runs, in the same order.
    pub plans: Vec<Plan>,
    /// Answers that were recorded before.
    pub snapshots: Snapshots,
}

/// What a job runs.
#[derive(Debug, Clone)]
pub enum Plan {
    /// A streaming query, planned against the job's database.
    Streaming(Box<Pipeline>),
    /// The text of a batch job, which was planned against the file's tables and is planned anew for each run.
    Batch(String),
}

/// Why a scenario cannot be run.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// No library scenario and no file is so called.
    #[error("there is no scenario `{name}`")]
    NotFound {
        /// What was asked for.
        name: String,
        /// Names of the library.
        library: Vec<&'static str>,
    },
    /// The file exists and cannot be read.
    #[error("cannot read `{path}`")]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The file, or the pipeline that it names, is wrong at one place.
    #[error(transparent)]
    Invalid(#[from] FileError),
    /// The snapshots beside the file cannot be read.
    #[error("`{path}` does not hold snapshots")]
    Snapshots {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        #[source]
        source: SnapshotError,
    },
}

impl Scenario {
    /// The same scenario under another seed, if one is given.
    pub fn with_seed(&self, seed: Option<u64>) -> Scenario {
        let mut scenario = self.clone();
        scenario.file.seed = seed.unwrap_or(scenario.file.seed);
        scenario
    }

    /// The only streaming job and its pipeline, if there is exactly one.
    pub fn streaming(&self) -> Option<(&Job, &StreamingJob, &Pipeline)> {
        let (job, streaming) = self.file.streaming_job()?;
        let at = self.file.jobs.iter().position(|other| other.name == job.name)?;
        match &self.plans[at] {
            Plan::Streaming(pipeline) => Some((job, streaming, pipeline)),
            Plan::Batch(_) => None,
        }
    }

    /// A scenario of the library by its name, or of a file by its path.
    pub fn load(name: &str) -> Result<Scenario, LoadError> {
        if let Some(entry) = library::find(name) {
            let mut scenario = Self::plan(&format!("{}.wt.yaml", entry.name), entry.file, reader(name))?;
            scenario.snapshots = snapshots(Path::new(&format!("{}.wt.snap", entry.name)), entry.snapshots)?;
            return Ok(scenario);
        }
        let path = Path::new(name);
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Err(LoadError::NotFound { name: name.to_owned(), library: library::names() });
            }
            Err(source) => return Err(LoadError::Unreadable { path: path.to_owned(), source }),
        };
        let mut scenario = Self::plan(name, &text, reader(name))?;
        let beside = snapshot_path(path);
        match std::fs::read_to_string(&beside) {
            Ok(text) => scenario.snapshots = snapshots(&beside, &text)?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(source) => return Err(LoadError::Unreadable { path: beside, source }),
        }
        Ok(scenario)
    }

    /// Parses and plans. `read` gives the name to show and the text of a file that the scenario refers to.
    pub fn plan(
        name: &str,
        text: &str,
        read: impl Fn(&str) -> std::io::Result<(String, String)>,
    ) -> Result<Scenario, FileError> {
        let file = ScenarioFile::parse(name, text)?;
        check_types(&file)?;
        let plans = file.jobs.iter().map(|job| plan_job(&file, job, &read));
        let plans = plans.collect::<Result<_, _>>()?;
        Ok(Scenario { file, plans, snapshots: Snapshots::default() })
    }
}

/// Reads what a scenario refers to, a file of its folder or of its entry in the library: the name to show, the text.
pub(crate) fn reader(name: &str) -> impl Fn(&str) -> std::io::Result<(String, String)> + use<> {
    let entry = library::find(name);
    let folder = Path::new(name).parent().unwrap_or(Path::new("")).to_owned();
    move |relative| match entry {
        Some(entry) => {
            let found = entry.pipelines.iter().find(|(name, _)| *name == relative);
            let found = found.map(|(_, text)| (relative.to_owned(), (*text).to_owned()));
            found.ok_or_else(|| std::io::ErrorKind::NotFound.into())
        }
        None => {
            let path = folder.join(relative);
            Ok((path.display().to_string(), std::fs::read_to_string(path)?))
        }
    }
}

fn snapshots(path: &Path, text: &str) -> Result<Snapshots, LoadError> {
    Snapshots::parse(text).map_err(|source| LoadError::Snapshots { path: path.to_owned(), source })
}

/// Plans what one job runs.
fn plan_job(
    file: &ScenarioFile,
    job: &Job,
    read: &impl Fn(&str) -> std::io::Result<(String, String)>,
) -> Result<Plan, FileError> {
    let reference = &job.pipeline;
    let (name, text) = read(&reference.value).map_err(|error| {
        file.source
            .error_at(reference, format!("cannot read the pipeline `{}`", reference.value))
            .label(error.to_string())
            .help("the path is relative to the scenario file")
    })?;
    let placed = |error: SqlError| {
        let source = Source { name, text: text.clone() };
        // What is missing at the end is shown behind the last word, not on the blank lines that follow.
        let end = text.trim_end().len();
        let place = error.span.start.min(end.saturating_sub(1))..error.span.end.min(end);
        let placed = source.error(place, error.message);
        match error.help {
            Some(help) => placed.help(help),
            None => placed,
        }
    };
    match &job.kind {
        JobKind::Streaming(streaming) => {
            let mut pipeline = sql::plan(&text, &stream_tables(file, job)?).map_err(placed)?;
            drop_duplicates(file, streaming, &mut pipeline)?;
            check_sink(file, streaming, &pipeline)?;
            Ok(Plan::Streaming(Box::new(pipeline)))
        }
        JobKind::Batch(batch) => {
            let start = file.clock.start.value;
            let variables = variables(batch, file, start, &Entries::default());
            let mut tables = FileTables { file, database: &job.database.value };
            sql::plan_batch(&text, &variables, &mut tables).map_err(placed)?;
            Ok(Plan::Batch(text.clone()))
        }
    }
}

/// The file's tables as a batch job finds them in the catalog, before there is one.
struct FileTables<'a> {
    file: &'a ScenarioFile,
    /// The database of names without one.
    database: &'a str,
}

impl BatchTables for FileTables<'_> {
    fn table(&mut self, database: Option<&str>, table: &str) -> PortResult<Option<StoredTable>> {
        let database = database.unwrap_or(self.database);
        let found = self.file.resources.databases.get(database);
        let found = found.and_then(|tables| tables.iter().find(|(name, _)| name.eq_ignore_ascii_case(table)));
        let Some((name, found)) = found else { return Ok(None) };
        let Some(location) = &found.location else {
            return Err(format!("table `{name}` has no `location` in S3").into());
        };
        let columns = |entries| columns(self.file, entries).map(|fields| Arc::new(Schema::new(fields)));
        Ok(Some(StoredTable {
            database: database.to_owned(),
            table: name.to_owned(),
            schema: columns(&found.columns)?,
            partition_keys: columns(&found.partition_keys)?,
            location: location.value.as_str().to_owned(),
            format: match found.format {
                TableFormat::Json => ObjectFormat::JsonLines,
                TableFormat::Parquet => ObjectFormat::Parquet,
            },
        }))
    }

    fn names(&mut self) -> PortResult<Vec<String>> {
        let (own, tables) = (self.database, self.file.resources.databases.iter());
        let names = tables.flat_map(|(database, tables)| {
            tables.names().map(move |table| match database == own {
                true => table.to_owned(),
                false => format!("{database}.{table}"),
            })
        });
        Ok(names.collect())
    }

    fn partitions(&mut self, _: &StoredTable) -> PortResult<Vec<StoredPartition>> {
        Ok(Vec::new())
    }

    fn only(&mut self, _: &StoredTable) -> PortResult<Option<Vec<String>>> {
        Ok(None)
    }

    fn new_table(&mut self, _: Option<&str>, _: &str) -> PortResult<Option<NewTable>> {
        Ok(None)
    }
}

/// The tables of a job's database that can be read as streams, with their schemas.
struct StreamTables(Vec<(String, SchemaRef)>);

impl Tables for StreamTables {
    fn schema(&self, table: &str) -> Option<SchemaRef> {
        self.0.iter().find(|(name, _)| name.eq_ignore_ascii_case(table)).map(|(_, schema)| schema.clone())
    }

    fn names(&self) -> Vec<String> {
        self.0.iter().map(|(name, _)| name.clone()).collect()
    }
}

/// Parses every column type of every table, so that a wrong one is found wherever it stands.
fn check_types(file: &ScenarioFile) -> Result<(), FileError> {
    let tables = file.resources.databases.iter().flat_map(|(_, tables)| tables.iter());
    tables.into_iter().try_for_each(|(_, table)| schema(file, table).map(|_| ()))
}

fn stream_tables(file: &ScenarioFile, job: &Job) -> Result<StreamTables, FileError> {
    let tables = file.tables(job).iter();
    let schemas = tables.map(|(name, table)| Ok((name.to_owned(), schema(file, table)?)));
    schemas.collect::<Result<_, _>>().map(StreamTables)
}

/// The columns of a table's rows, partition keys last.
fn schema(file: &ScenarioFile, table: &Table) -> Result<SchemaRef, FileError> {
    let mut fields = columns(file, &table.columns)?;
    fields.extend(columns(file, &table.partition_keys)?);
    Ok(Arc::new(Schema::new(fields)))
}

fn columns(file: &ScenarioFile, written: &Entries<Spanned<String>>) -> Result<Vec<Field>, FileError> {
    let mut fields = Vec::new();
    for (column, written) in written.iter() {
        let data_type = parse_hive_type(&written.value).map_err(|error| {
            let says_so = error.message.starts_with("expected ");
            let placed = type_error(file, written, error.offset, error.message);
            if says_so { placed } else { placed.help(format!("expected {}", error.expected)) }
        })?;
        fields.push(Field::new(column, data_type, true));
    }
    Ok(fields)
}

/// Points into the type text where it stands in the file on one line, and at the whole value otherwise.
fn type_error(
    file: &ScenarioFile,
    written: &serde_saphyr::Spanned<String>,
    offset: usize,
    message: String,
) -> FileError {
    let whole = file.source.error_at(written, message.clone());
    let span = whole.span();
    let verbatim = file.source.text.get(span.start..span.start + written.value.len()) == Some(&written.value);
    match verbatim {
        false => whole,
        true => {
            let start = span.start + offset.min(written.value.len());
            let word = written.value[offset.min(written.value.len())..]
                .find(|c: char| !c.is_alphanumeric() && c != '_')
                .unwrap_or(written.value.len() - offset.min(written.value.len()));
            file.source.error(start..start + word.max(1), message)
        }
    }
}

/// What SQL does not have: the job drops duplicates of the query's result by some of its columns.
fn drop_duplicates(
    file: &ScenarioFile,
    job: &StreamingJob,
    pipeline: &mut Pipeline,
) -> Result<(), FileError> {
    if job.drop_duplicates.is_empty() {
        return Ok(());
    }
    let columns = pipeline.plan.columns();
    let key = |name: &Spanned<String>| {
        let found = columns.iter().find(|column| column.name.eq_ignore_ascii_case(&name.value));
        found.map(|column| column.id).ok_or_else(|| {
            let names: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
            let message = format!("`{}` is not a column of the pipeline's result", name.value);
            file.source.error_at(name, message).help(format!("the columns are {}", names.join(", ")))
        })
    };
    let keys = job.drop_duplicates.iter().map(key).collect::<Result<Vec<_>, _>>()?;
    let input = Box::new(pipeline.plan.clone());
    pipeline.plan = LogicalPlan::Deduplicate { input, keys, within_watermark: false };
    Ok(())
}

/// The sink takes the pipeline's table, and partitions by columns that it has.
fn check_sink(file: &ScenarioFile, job: &StreamingJob, pipeline: &Pipeline) -> Result<(), FileError> {
    let sink = &job.sink;
    if !sink.table.value.eq_ignore_ascii_case(&pipeline.target) {
        return Err(file
            .source
            .error_at(
                &sink.table,
                format!("the pipeline writes `{}`, not `{}`", pipeline.target, sink.table.value),
            )
            .help("give both the same name"));
    }
    let schema = output_schema(pipeline);
    for column in &sink.partition_by {
        if !schema.fields().iter().any(|f| f.name().eq_ignore_ascii_case(&column.value)) {
            let names: Vec<&str> = schema.fields().iter().map(|f| f.name().as_str()).collect();
            return Err(file
                .source
                .error_at(column, format!("`{}` is not a column of the pipeline's result", column.value))
                .help(format!("the columns are {}", names.join(", "))));
        }
    }
    Ok(())
}
