//! A pipeline in the same process.

use std::sync::Arc;

use arrow::datatypes::SchemaRef;
use serde::Serialize;
use wavetank_engine::error::EngineError;
use wavetank_engine::plan::Pipeline;
use wavetank_engine::query::QueryOptions;
use wavetank_engine::sql::{self, SqlError, Tables};
use wavetank_engine::types::parse_ddl_schema;
use wavetank_scenarios::check::Rows;
use wavetank_scenarios::file::CrashPoint;
use wavetank_scenarios::property::answers::{Answers, NoAnswer};
use wavetank_scenarios::property::tank::{self, TankOptions};

use super::Timeline;

thread_local! {
    /// A database takes as long to open as a case to run.
    static ANSWERS: Answers = Answers::default();
}

/// A pipeline, its streams, its checkpoint and its table, all in memory.
pub struct Tank {
    tank: tank::Tank,
}

/// Why a tank does not do what it is asked.
#[derive(Debug, thiserror::Error)]
pub enum TankError {
    /// The pipeline's text is wrong.
    #[error("{0} near `{1}`")]
    Sql(SqlError, String),
    /// The columns of a table are wrong.
    #[error("the columns of `{table}`: {problem}")]
    Columns {
        /// Which table.
        table: String,
        /// What is wrong.
        problem: String,
    },
    /// The pipeline reads no such table.
    #[error("the pipeline does not read `{0}`")]
    UnknownTable(String),
    /// An event is nothing that JSON can say.
    #[error("an event cannot be written as JSON")]
    Event(#[from] serde_json::Error),
    /// The query has stopped.
    #[error("the query has stopped")]
    Query(#[from] EngineError),
    /// A question has no answer.
    #[error(transparent)]
    Question(#[from] NoAnswer),
    /// The answer is no single number.
    #[error("`{0}` does not answer one number")]
    NoNumber(String),
}

/// What arrives in one table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Feed {
    table: String,
    lines: Vec<(Option<CrashPoint>, Vec<String>)>,
}

/// A timeline as the records of a table: each event as its JSON.
///
/// # Panics
/// When an event cannot be written as JSON.
pub fn feed<T: Serialize>(table: &str, timeline: &Timeline<T>) -> Feed {
    let text = |event: &T| serde_json::to_string(event).expect("an event can be written as JSON");
    let line = |line: &super::Line<T>| (line.crash, line.events.iter().map(text).collect());
    Feed { table: table.to_owned(), lines: timeline.lines.iter().map(line).collect() }
}

struct Schemas(Vec<(String, SchemaRef)>);

impl Tables for Schemas {
    fn schema(&self, table: &str) -> Option<SchemaRef> {
        self.0.iter().find(|(name, _)| name.eq_ignore_ascii_case(table)).map(|(_, schema)| schema.clone())
    }

    fn names(&self) -> Vec<String> {
        self.0.iter().map(|(name, _)| name.clone()).collect()
    }
}

impl Tank {
    /// A pipeline in Spark SQL over tables given by name and columns (`"id BIGINT, at TIMESTAMP"`), with Spark's
    /// defaults.
    ///
    /// # Errors
    /// A text that cannot be planned, columns that cannot be read.
    pub fn new(sql: &str, tables: &[(&str, &str)]) -> Result<Self, TankError> {
        Self::with_options(sql, tables, QueryOptions::default())
    }

    /// The same under other settings.
    ///
    /// # Errors
    /// As [`Tank::new`].
    pub fn with_options(
        sql: &str,
        tables: &[(&str, &str)],
        options: QueryOptions,
    ) -> Result<Self, TankError> {
        let pipeline = Arc::new(planned(sql, tables)?);
        let query = QueryOptions { trace: true, ..options };
        let mut tank = tank::Tank::new(pipeline, TankOptions { query, snapshot_each_batch: false });
        tank.start()?;
        Ok(Self { tank })
    }

    /// Puts events into a table.
    ///
    /// # Errors
    /// A table that the pipeline does not read, an event that JSON cannot say.
    pub fn put<T: Serialize>(
        &mut self,
        table: &str,
        events: impl IntoIterator<Item = T>,
    ) -> Result<(), TankError> {
        let texts = events.into_iter().map(|event| serde_json::to_string(&event));
        let texts = texts.collect::<Result<Vec<String>, _>>()?;
        self.put_texts(table, texts)
    }

    /// Puts records as they are.
    ///
    /// # Errors
    /// A table that the pipeline does not read.
    pub fn put_texts(&mut self, table: &str, records: Vec<String>) -> Result<(), TankError> {
        match self.tank.put(table, records.into_iter().map(Into::into)) {
            true => Ok(()),
            false => Err(TankError::UnknownTable(table.to_owned())),
        }
    }

    /// The process will die at a point of the next batch; it comes back by itself.
    pub fn crash(&mut self, point: CrashPoint) {
        self.tank.crash_in(point);
    }

    /// Triggers until nothing is left to do.
    ///
    /// # Errors
    /// A query that stops.
    pub fn trigger(&mut self) -> Result<(), TankError> {
        Ok(self.tank.settle()?)
    }

    /// Stops the query and starts it again from its checkpoint.
    ///
    /// # Errors
    /// A query that stops.
    pub fn restart(&mut self) -> Result<(), TankError> {
        Ok(self.tank.restart()?)
    }

    /// The end of input: windows close, what waits in a join comes out or is lost.
    ///
    /// # Errors
    /// A query that stops.
    pub fn drain(&mut self) -> Result<(), TankError> {
        Ok(self.tank.drain()?)
    }

    /// Lets timelines arrive side by side, a trigger behind each line.
    ///
    /// # Errors
    /// A table that the pipeline does not read, a query that stops.
    pub fn run(&mut self, feeds: impl IntoIterator<Item = Feed>) -> Result<(), TankError> {
        let feeds: Vec<Feed> = feeds.into_iter().collect();
        let lines = feeds.iter().map(|feed| feed.lines.len()).max().unwrap_or(0);
        for at in 0..lines {
            for feed in &feeds {
                let Some((crash, records)) = feed.lines.get(at) else { continue };
                crash.iter().for_each(|point| self.crash(*point));
                self.put_texts(&feed.table, records.clone())?;
            }
            self.trigger()?;
        }
        Ok(())
    }

    /// The answer to a question in DuckDB's SQL: about the pipeline's table, about each stream under its own name and in
    /// its own columns, about `input` (`stream`, `record`, `batch`),
    /// and about `lost` (`stream`, `record`, `reason`, `operator`, `event_time`, `batch`).
    ///
    /// # Errors
    /// What DuckDB says.
    pub fn sql(&self, sql: &str) -> Result<Rows, TankError> {
        Ok(ANSWERS.with(|answers| answers.ask(&self.tank, sql))?)
    }

    /// The one number that a question is answered by.
    ///
    /// # Errors
    /// What DuckDB says, and an answer that is not one number.
    pub fn number(&self, sql: &str) -> Result<f64, TankError> {
        let rows = self.sql(sql)?;
        let one = match &rows.rows[..] {
            [row] if row.len() == 1 => row[0].as_deref().and_then(|text| text.parse().ok()),
            _ => None,
        };
        one.ok_or_else(|| TankError::NoNumber(sql.to_owned()))
    }

    /// What has run, batch by batch.
    pub fn batches(&self) -> &[tank::Ran] {
        self.tank.batches()
    }
}

fn planned(text: &str, tables: &[(&str, &str)]) -> Result<Pipeline, TankError> {
    let mut schemas = Schemas(vec![]);
    for (table, columns) in tables {
        let schema = parse_ddl_schema(columns)
            .map_err(|error| TankError::Columns { table: (*table).to_owned(), problem: error.to_string() })?;
        schemas.0.push(((*table).to_owned(), Arc::new(schema)));
    }
    sql::plan(text, &schemas).map_err(|error| {
        let near = text.get(error.span.clone()).unwrap_or_default().to_owned();
        TankError::Sql(error, near)
    })
}
