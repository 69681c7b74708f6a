//! Batch jobs: queries over what tables hold now, and tables written as a whole or partition by partition.
//!
//! A [`crate::sql::BatchProgram`] is made ready once ([`BatchJob::new`]) and run as often as there is something to
//! run it on. Each statement reads ([`scan`]), runs the operators of the streaming engine over everything as one
//! micro-batch without an end of its own ([`query`]), and writes ([`write`]).
//!
//! # What a run promises
//! - **Objects are named after the run** (`part-<run id>.json`): the same run again writes the same objects.
//! - **New objects are all there before any old one goes**: a run that is stopped has lost nothing, and running it
//!   again, under the same name or another, leaves what one run leaves.
//! - **Partitions that cannot matter are not listed**: conditions on partition columns choose among the registered
//!   partitions ([`prune`]).
//!
//! Not handled, and refused by name when the job is planned or made ready: `ORDER BY`, `LIMIT`, row windows,
//! `DISTINCT` in aggregates other than `count`, `min`, `max` and `collect_*`.
//!
//! Source: `InsertIntoHadoopFsRelationCommand` with `spark.sql.sources.partitionOverwriteMode=dynamic` (Spark 3.5.4).

mod assign;
mod distinct;
mod join;
mod prune;
mod query;
mod scan;
#[cfg(test)]
mod tests;
mod write;

pub(crate) use assign::can_assign;

use crate::error::{EngineError, Result};
use crate::ports::{BatchTables, Catalog, ObjectStore};
use crate::session::Session;
use crate::sql::{BatchProgram, Insert};
use query::BatchQuery;
use scan::Scan;
use write::Writer;

/// The name of one run: part of the names of its objects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunId(String);

impl RunId {
    /// A run's name: letters, digits, `-`, `_` and dots.
    ///
    /// # Errors
    /// [`EngineError::Refused`] for other characters, or none.
    pub fn new(name: impl Into<String>) -> Result<Self> {
        let name = name.into();
        let allowed = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
        match !name.is_empty() && name.chars().all(allowed) {
            true => Ok(Self(name)),
            false => Err(EngineError::Refused {
                message: format!("`{name}` cannot be the name of a run"),
                help: "use letters, digits, `-`, `_` and dots".into(),
            }),
        }
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What a job needs of the world.
pub struct BatchPorts<'a> {
    /// Which tables there are, and their partitions.
    pub tables: &'a mut dyn BatchTables,
    /// Objects under whole locations, such as `s3://bucket/a/b.json`.
    pub store: &'a mut dyn ObjectStore,
    /// Where new tables and partitions are registered.
    pub catalog: &'a mut dyn Catalog,
}

/// A job that is ready to run.
pub struct BatchJob {
    statements: Vec<Statement>,
}

struct Statement {
    scans: Vec<Scan>,
    query: BatchQuery,
    writer: Writer,
}

/// What one run did, statement by statement.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BatchJobReport {
    /// One per `INSERT`, in the order of the text.
    pub statements: Vec<StatementReport>,
}

/// What one statement did.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StatementReport {
    /// The table that was written: `database.table`.
    pub target: String,
    /// Objects read, over all tables.
    pub objects_read: u64,
    /// Rows read, over all tables.
    pub rows_read: u64,
    /// Rows written.
    pub rows_written: u64,
    /// Keys of the objects written.
    pub objects: Vec<String>,
    /// Bytes written.
    pub bytes: u64,
    /// Objects of earlier runs that were removed.
    pub objects_removed: u64,
    /// Values of the partitions written to, in their order; none for a table without partitions.
    pub partitions: Vec<Vec<String>>,
    /// Rows that did not decode as their table says; they went on with nulls.
    pub rejected: Vec<RejectedRow>,
}

/// A row that did not decode as its table says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RejectedRow {
    /// The table: `database.table`.
    pub table: String,
    /// Key of the object that the row is in.
    pub object: String,
    /// Position in the object, from 0.
    pub row: u64,
    /// Dotted path of the field that failed; `None` when the whole row is unreadable.
    pub field: Option<String>,
    /// What was found and what was expected.
    pub detail: String,
}

impl BatchJob {
    /// Makes a program ready to run, as often as wanted.
    ///
    /// # Errors
    /// What a job cannot do, and columns that JSON cannot be decoded into.
    pub fn new(program: &BatchProgram, session: &Session) -> Result<Self> {
        let mut statements: Vec<Statement> = Vec::new();
        for insert in &program.inserts {
            // Statements that write the same table write objects of different names.
            let table = &insert.target.table;
            let earlier = statements.iter().filter(|s| s.writer.is_for(table)).count();
            statements.push(Statement::new(insert, earlier, session)?);
        }
        Ok(Self { statements })
    }

    /// Runs every statement in order. What one has written is there for the next.
    ///
    /// # Errors
    /// Ports that fail, objects that cannot be read, and values that the target's columns cannot hold. Earlier
    /// statements have been written by then; running the job again is safe where they overwrite, and under the same
    /// name where they append.
    pub fn run(&mut self, ports: &mut BatchPorts<'_>, run: &RunId) -> Result<BatchJobReport> {
        let statements = self.statements.iter_mut().map(|statement| statement.run(ports, run));
        Ok(BatchJobReport { statements: statements.collect::<Result<_>>()? })
    }
}

impl Statement {
    fn new(insert: &Insert, earlier: usize, session: &Session) -> Result<Self> {
        let plan = &insert.query.plan;
        let sources = insert.query.sources.iter().zip(&insert.tables).enumerate();
        let scan =
            |(index, (source, table))| Scan::new(source, table, &prune::conditions(plan, index), session);
        Ok(Self {
            scans: sources.map(scan).collect::<Result<_>>()?,
            query: BatchQuery::new(plan, insert.tables.len(), session)?,
            writer: Writer::new(&insert.target, earlier, session)?,
        })
    }

    fn run(&mut self, ports: &mut BatchPorts<'_>, run: &RunId) -> Result<StatementReport> {
        let mut report = StatementReport { target: self.writer.name(), ..StatementReport::default() };
        let mut inputs = Vec::with_capacity(self.scans.len());
        for (index, scan) in self.scans.iter_mut().enumerate() {
            inputs.push(scan.run(index, ports, &mut report)?);
        }
        let rows = self.query.run(inputs)?;
        self.writer.write(&rows, ports, run, &mut report)?;
        Ok(report)
    }
}
