//! Statements of Athena, whole: which kind one is, and what is done for it. The one way to run SQL over the catalog, be
//! it for Athena's own operations, for checks, or for the command line.

use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use wavetank_emulator::athena::{
    ColumnInfo, CreatePreparedStatement, CreatePreparedStatementRequest, DeletePreparedStatement,
    DeletePreparedStatementRequest, GetPreparedStatement, GetPreparedStatementRequest, QueryError,
    QueryFailure, QueryOutcome, QueryTask, ResultWriter, SqlRunner, StatementKind, StatementType,
};

use super::ddl::{self, Context, GlueCatalog, Statement, ViewColumn};
use super::dialect::{is_blank, parse_query};
use super::error::SqlError;
use super::lake::Lake;
use super::query::{ready, rows};
use super::session::Limits;
use super::translate::{Circumstances, OutputColumn, translate};
use super::types::Type;
use super::write;

/// Runs statements with DuckDB.
#[derive(Debug, Clone)]
pub struct Engine {
    /// Folders of queries are made in here, and removed when these end.
    folder: PathBuf,
    limits: Limits,
}

/// The folder of one query, gone with it.
struct Folder(PathBuf);

impl Folder {
    fn make(parent: &Path, id: &str) -> Result<Self, SqlError> {
        let path = parent.join(id);
        std::fs::create_dir_all(&path).map_err(|error| {
            SqlError::new("GENERIC_INTERNAL_ERROR", format!("{}: {error}", path.display()))
        })?;
        Ok(Self(path))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What is left there is in nobody's way; the folder above goes with the process.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

impl Engine {
    /// Runs statements within limits; what they need for a while goes into a folder.
    pub fn new(folder: impl Into<PathBuf>, limits: Limits) -> Self {
        Self { folder: folder.into(), limits }
    }

    fn statement(
        &self,
        task: &QueryTask<'_>,
        sql: &str,
        parameters: &[String],
        results: &mut ResultWriter,
    ) -> Result<QueryOutcome, QueryFailure> {
        let folder = Folder::make(&self.folder, task.id).map_err(|error| failure(&error))?;
        let lake = Lake::new(task.emulator, task.now, &folder.0);
        let run = Run { engine: self, task, lake: &lake, folder: &folder.0, parameters };
        let parsed = ddl::parse(sql).map_err(|error| QueryError::user(MALFORMED, error.message))?;
        match parsed {
            None => run.select(sql, results),
            Some(Statement::Execute(execute)) => run.execute(&execute, results),
            Some(statement) => run.other(&statement, results),
        }
    }
}

/// "Your query has the following error(s)": what is wrong with the text.
const MALFORMED: i32 = 1003;

/// One statement on its way.
struct Run<'a> {
    engine: &'a Engine,
    task: &'a QueryTask<'a>,
    lake: &'a Lake<'a>,
    folder: &'a Path,
    parameters: &'a [String],
}

impl Run<'_> {
    fn circumstances(&self) -> Circumstances {
        Circumstances {
            database: Some(self.database()),
            now: self.task.now.as_millis() * 1000,
            parameters: self.parameters.to_vec(),
        }
    }

    fn database(&self) -> String {
        // Clients may put Hive's quotes around it, as awswrangler does.
        self.task.database.unwrap_or("default").trim_matches('`').to_lowercase()
    }

    fn select(&self, sql: &str, results: &mut ResultWriter) -> Result<QueryOutcome, QueryFailure> {
        let ready = ready(sql, &self.circumstances(), self.lake, self.engine.limits);
        let ready = ready.map_err(|error| failure(&error))?;
        let columns = ready.translation.relation.columns.iter().map(column_info).collect();
        results.columns(columns)?;
        let mut broken = None;
        let outcome = rows(&ready, self.task.stopped, |cells| {
            let cells: Vec<Option<&str>> = cells.iter().map(Option::as_deref).collect();
            results.row(&cells).map_err(|error| {
                let message = error.to_string();
                broken = Some(error);
                SqlError::new("GENERIC_INTERNAL_ERROR", message)
            })
        });
        if let Some(error) = broken {
            return Err(error.into());
        }
        outcome.map_err(|error| failure(&error))?;
        Ok(QueryOutcome { data_scanned_bytes: ready.bytes, ..QueryOutcome::default() })
    }

    fn execute(
        &self,
        execute: &ddl::Execute,
        results: &mut ResultWriter,
    ) -> Result<QueryOutcome, QueryFailure> {
        let request = GetPreparedStatementRequest {
            statement_name: Some(execute.name.clone()),
            work_group: Some(self.task.work_group.to_owned()),
        };
        let found = self.task.emulator.call::<GetPreparedStatement>((self.task.clock)(), request);
        let found = found.map_err(|_| {
            QueryError::user(NOT_FOUND, format!("NOT_FOUND: PreparedStatement not found: {}", execute.name))
        })?;
        let sql = found.prepared_statement.query_statement;
        let parameters =
            if execute.parameters.is_empty() { self.parameters } else { execute.parameters.as_slice() };
        if let Ok(Some(Statement::Execute(_))) = ddl::parse(&sql) {
            return Err(QueryError::user(MALFORMED, "a prepared statement cannot execute another").into());
        }
        self.engine.statement(self.task, &sql, parameters, results)
    }

    /// Whatever is neither a query nor one that was prepared.
    fn other(&self, statement: &Statement, results: &mut ResultWriter) -> Result<QueryOutcome, QueryFailure> {
        let outcome = match statement {
            Statement::CreateTableAs(create) => write::create_table_as(self.writing(), create),
            Statement::Insert(insert) => write::insert(self.writing(), insert),
            Statement::Unload(unload) => write::unload(self.writing(), unload),
            Statement::Explain(explain) => return self.explain(explain, results),
            Statement::Prepare(prepare) => return self.prepare(prepare),
            Statement::Deallocate(name) => return self.deallocate(name),
            statement => return self.about_the_catalog(statement, results),
        };
        let written = outcome.map_err(|error| failure(&error))?;
        results.columns(vec![ColumnInfo::new("rows", "bigint", 19, 0)])?;
        Ok(QueryOutcome {
            data_scanned_bytes: written.scanned,
            update_count: Some(written.rows),
            data_manifest: Some(written.locations),
        })
    }

    fn writing(&self) -> write::Writing<'_> {
        write::Writing {
            emulator: self.task.emulator,
            clock: self.task.clock,
            lake: self.lake,
            folder: self.folder,
            id: self.task.id,
            output_location: self.task.output_location,
            circumstances: self.circumstances(),
            limits: self.engine.limits,
            stopped: self.task.stopped,
        }
    }

    fn about_the_catalog(
        &self,
        statement: &Statement,
        results: &mut ResultWriter,
    ) -> Result<QueryOutcome, QueryFailure> {
        let database = self.database();
        let view_columns = match statement {
            Statement::CreateView(create) => {
                self.view_columns(&create.query.text, create.view.database.as_deref())?
            }
            _ => vec![],
        };
        let context = Context { now: self.task.now, database: &database, view_columns: &view_columns };
        let catalog = GlueCatalog::new(self.task.emulator, (self.task.clock)());
        let answer = ddl::execute(statement, &catalog, &context);
        let answer = answer.map_err(|error| QueryError {
            category: error.category,
            error_type: error.error_type,
            retryable: false,
            message: error.message,
        })?;
        let Some(answer) = answer else {
            return Err(
                QueryError::user(NOT_SUPPORTED, "NOT_SUPPORTED: this statement is not supported").into()
            );
        };
        let columns =
            answer.columns.iter().map(|column| ColumnInfo::new(column.name, column.type_name, 0, 0));
        results.columns(columns.collect())?;
        for line in &answer.lines {
            results.line(line)?;
        }
        Ok(QueryOutcome { update_count: answer.update_count, ..QueryOutcome::default() })
    }

    fn view_columns(&self, sql: &str, database: Option<&str>) -> Result<Vec<ViewColumn>, QueryFailure> {
        let mut circumstances = self.circumstances();
        if let Some(database) = database {
            circumstances.database = Some(database.to_owned());
        }
        let translated = parse_query(sql).and_then(|query| translate(&query, self.lake, &circumstances));
        let columns = translated.map_err(|error| failure(&error))?.relation.columns;
        Ok(columns
            .into_iter()
            .map(|column| ViewColumn { name: column.name, type_name: column.ty.to_string() })
            .collect())
    }

    fn explain(
        &self,
        explain: &ddl::Explain,
        results: &mut ResultWriter,
    ) -> Result<QueryOutcome, QueryFailure> {
        let ready = ready(&explain.query.text, &self.circumstances(), self.lake, self.engine.limits);
        let ready = ready.map_err(|error| failure(&error))?;
        results
            .columns(vec![column_info(&OutputColumn { name: "Query Plan".to_owned(), ty: Type::VARCHAR })])?;
        let verb = if explain.analyze { "EXPLAIN ANALYZE" } else { "EXPLAIN" };
        let mut lines: Vec<String> = Vec::new();
        let sql = format!("{verb} {}", ready.translation.relation.sql);
        let told = ready.session.stream(&sql, self.task.stopped, |batch| {
            let column = batch.num_columns() - 1;
            for row in 0..batch.num_rows() {
                let text = super::show::cell(batch.column(column), row, &Type::VARCHAR).unwrap_or_default();
                lines.extend(text.lines().map(str::to_owned));
            }
            Ok(())
        });
        told.map_err(|error| failure(&error))?;
        lines.iter().try_for_each(|line| results.line(line))?;
        Ok(QueryOutcome::default())
    }

    fn prepare(&self, prepare: &ddl::Prepare) -> Result<QueryOutcome, QueryFailure> {
        let request = CreatePreparedStatementRequest {
            statement_name: Some(prepare.name.clone()),
            work_group: Some(self.task.work_group.to_owned()),
            query_statement: Some(prepare.query.text.clone()),
            description: None,
        };
        let done = self.task.emulator.call::<CreatePreparedStatement>((self.task.clock)(), request);
        done.map_err(|error| QueryError::user(INVALID, error.message))?;
        Ok(QueryOutcome::default())
    }

    fn deallocate(&self, name: &str) -> Result<QueryOutcome, QueryFailure> {
        let request = DeletePreparedStatementRequest {
            statement_name: Some(name.to_owned()),
            work_group: Some(self.task.work_group.to_owned()),
        };
        let done = self.task.emulator.call::<DeletePreparedStatement>((self.task.clock)(), request);
        done.map_err(|error| QueryError::user(NOT_FOUND, error.message))?;
        Ok(QueryOutcome::default())
    }
}

const NOT_FOUND: i32 = 1006;
const INVALID: i32 = 1100;
const NOT_SUPPORTED: i32 = 1200;

/// A column as `ResultSetMetadata` has it.
pub fn column_info(column: &OutputColumn) -> ColumnInfo {
    let (name, precision, scale) = column.ty.in_results();
    ColumnInfo::new(&column.name, name, precision, scale)
}

/// An error of a query as Athena reports it.
fn failure(error: &SqlError) -> QueryFailure {
    if error.code == "USER_CANCELED" {
        return QueryFailure::Stopped;
    }
    // Numbers: https://docs.aws.amazon.com/athena/latest/ug/error-reference.html
    let error_type = match error.code {
        "SYNTAX_ERROR" | "INVALID_LITERAL" => MALFORMED,
        "TABLE_NOT_FOUND" | "COLUMN_NOT_FOUND" | "SCHEMA_NOT_FOUND" | "FUNCTION_NOT_FOUND" => NOT_FOUND,
        "NOT_SUPPORTED" => NOT_SUPPORTED,
        "EXCEEDED_MEMORY_LIMIT" => 201,
        "EXCEEDED_TIME_LIMIT" => 1202,
        "GENERIC_INTERNAL_ERROR" => return QueryError::system(error.to_string()).into(),
        _ => INVALID,
    };
    QueryError::user(error_type, error.to_string()).into()
}

impl SqlRunner for Engine {
    fn classify(&self, sql: &str) -> Result<StatementKind, String> {
        if is_blank(sql) {
            return Err("Query string is empty".to_owned());
        }
        match ddl::parse(sql) {
            Err(error) => Err(error.message),
            Ok(Some(statement)) => {
                let (kind, name) = statement.kind();
                let kind = match kind {
                    ddl::StatementType::Ddl => StatementType::Ddl,
                    ddl::StatementType::Dml => StatementType::Dml,
                    ddl::StatementType::Utility => StatementType::Utility,
                };
                Ok(StatementKind::new(kind, name))
            }
            Ok(None) => match parse_query(sql) {
                Ok(_) => Ok(StatementKind::new(StatementType::Dml, "SELECT")),
                // Athena's refusal has the place and the sentence, without the code.
                Err(error) => Err(error.to_string().trim_start_matches("SYNTAX_ERROR: ").to_owned()),
            },
        }
    }

    fn run(&self, task: &QueryTask<'_>, results: &mut ResultWriter) -> Result<QueryOutcome, QueryFailure> {
        self.statement(task, task.sql, task.parameters, results)
    }
}

/// An answer to a query, for callers in the same process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The columns.
    pub columns: Vec<OutputColumn>,
    /// The rows, each value as Athena writes it; null is `None`.
    pub rows: Vec<Vec<Option<String>>>,
    /// Bytes of the objects that were read.
    pub scanned: u64,
}

impl Engine {
    /// Runs one query over an emulator's catalog.
    ///
    /// # Errors
    /// Why it is refused, or has failed.
    pub fn query(
        &self,
        emulator: &wavetank_emulator::Emulator,
        now: wavetank_emulator::Timestamp,
        database: &str,
        sql: &str,
    ) -> Result<Answer, SqlError> {
        let folder = Folder::make(&self.folder, "query")?;
        let lake = Lake::new(emulator, now, &folder.0);
        let circumstances = Circumstances {
            database: Some(database.to_lowercase()),
            now: now.as_millis() * 1000,
            parameters: vec![],
        };
        let ready = ready(sql, &circumstances, &lake, self.limits)?;
        let mut all = Vec::new();
        rows(&ready, &AtomicBool::new(false), |cells| {
            all.push(cells.to_vec());
            Ok(())
        })?;
        Ok(Answer { columns: ready.translation.relation.columns, rows: all, scanned: ready.bytes })
    }
}
