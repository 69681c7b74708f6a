//! Runs queries that wait: takes one, has the [`SqlRunner`](super::SqlRunner) run it beside the emulator's lock, puts
//! what it wrote into S3, and ends the execution.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use bytes::Bytes;

use super::result_metadata;
use super::{
    QueryError, QueryExecution, QueryFailure, QueryOutcome, QueryState, QueryTask, ResultWriter,
    StatementKind, execution, metadata_catalog, output,
};
use crate::emulator::Emulator;
use crate::error::{ApiError, ErrorCode};
use crate::operation::Context;
use crate::s3::{Content, HeadBucket, PutObject, PutObjectRequest, input};
use crate::store::{ExecutionRow, Purpose};
use crate::time::Timestamp;

/// "The S3 output location is not valid", or its bucket is not there.
const OUTPUT_LOCATION_INVALID: i32 = 1003;

/// A query that runs.
struct Running {
    row: ExecutionRow,
    stopped: Arc<AtomicBool>,
}

/// What a query has come to.
struct Done {
    outcome: QueryOutcome,
    columns: Vec<super::ColumnInfo>,
    output_rows: u64,
    output_bytes: u64,
}

/// What the result of a query is made of, before it is put.
struct Written {
    done: Done,
    content: Content,
}

impl Emulator {
    /// Runs a query that waits, to its end; does nothing when it does not wait. `clock` tells the time whenever it is
    /// asked.
    ///
    /// # Errors
    /// When there is no such execution, or the store fails. A query that fails is no error.
    pub fn run_query(&self, clock: &dyn Fn() -> Timestamp, id: &str) -> Result<(), ApiError> {
        let running = self.in_transaction(clock(), Purpose::Change, |ctx| {
            let row = execution::find(ctx, id)?;
            take(ctx, row)
        })?;
        running.map_or(Ok(()), |running| self.finish(clock, running))
    }

    /// Runs the query that waits longest, to its end; `false` when none waits.
    ///
    /// # Errors
    /// When the store fails. A query that fails is no error.
    pub fn run_next_query(&self, clock: &dyn Fn() -> Timestamp) -> Result<bool, ApiError> {
        let running =
            self.in_transaction(clock(), Purpose::Change, |ctx| match ctx.store.first_queued()? {
                Some(row) => take(ctx, row),
                None => Ok(None),
            })?;
        let Some(running) = running else { return Ok(false) };
        self.finish(clock, running)?;
        Ok(true)
    }

    /// Has every query that runs end as soon as it can, since the process is about to.
    pub fn stop_queries(&self) {
        // No time is involved; the epoch fills the place. Nothing is read or written that could fail.
        let _ = self.in_transaction(Timestamp::default(), Purpose::Read, |ctx| {
            ctx.volatile.stops.values().for_each(|stop| stop.store(true, Ordering::Relaxed));
            Ok(())
        });
    }

    fn finish(&self, clock: &dyn Fn() -> Timestamp, running: Running) -> Result<(), ApiError> {
        let ended = self.execute(clock, &running);
        let id = running.row.execution.query_execution_id;
        self.in_transaction(clock(), Purpose::Change, |ctx| {
            ctx.volatile.stops.remove(&id);
            // It may be gone with everything else, or have been cancelled meanwhile.
            let row = ctx.store.find_execution(&id)?;
            let Some(mut row) = row.filter(|row| row.execution.status.state == QueryState::Running) else {
                return Ok(());
            };
            settle(&mut row, ended, ctx.now);
            Ok(ctx.store.update_execution(&row)?)
        })
    }

    fn execute(&self, clock: &dyn Fn() -> Timestamp, running: &Running) -> Result<Done, QueryFailure> {
        let execution = &running.row.execution;
        let location = execution.result_configuration.output_location.as_deref().unwrap_or_default();
        self.check_bucket(clock(), location)?;
        let Written { mut done, content } = self.run(clock, running)?;
        if running.stopped.load(Ordering::Relaxed) {
            return Err(QueryFailure::Stopped);
        }
        done.output_bytes = content.len();
        let metadata = result_metadata::encode(&execution.query_execution_id, &done.columns);
        self.put(clock(), &output::metadata(location), metadata)?;
        match output::format_of(&kind_of(execution)) {
            Some(_) => self.put(clock(), location, content)?,
            None => {
                let files = done.outcome.data_manifest.iter().flatten();
                let list: String = files.map(|file| format!("{file}\n")).collect();
                self.put(clock(), &output::manifest(location), Bytes::from(list))?;
            }
        }
        Ok(done)
    }

    /// Has the statement run, with nobody waiting but who called.
    fn run(&self, clock: &dyn Fn() -> Timestamp, running: &Running) -> Result<Written, QueryFailure> {
        let Running { row, stopped } = running;
        let QueryExecution { query, query_execution_context: context, .. } = &row.execution;
        let Some(runner) = self.sql() else {
            let message =
                "nothing here runs SQL: this emulator was opened without a runner for Athena's queries";
            return Err(QueryError::system(message).into());
        };
        let task = QueryTask {
            emulator: self,
            now: row.execution.status.submission_date_time,
            clock,
            id: &row.execution.query_execution_id,
            sql: query,
            parameters: row.execution.execution_parameters.as_deref().unwrap_or_default(),
            catalog: context.catalog.as_deref().unwrap_or(metadata_catalog::BUILT_IN),
            database: context.database.as_deref(),
            work_group: &row.execution.work_group,
            output_location: &row.hidden.folder,
            bytes_cutoff: row.hidden.bytes_cutoff,
            stopped,
        };
        let format = output::format_of(&kind_of(&row.execution));
        let mut results = ResultWriter::new(format, self.s3().content_writer(&[]));
        // A panic has rolled its transactions back; what it leaves in the runner is the runner's affair.
        let ran = catch_unwind(AssertUnwindSafe(|| runner.run(&task, &mut results)));
        let outcome = ran.unwrap_or_else(|_| Err(QueryError::system("what runs SQL has panicked").into()))?;
        if row.hidden.bytes_cutoff.is_some_and(|most| outcome.data_scanned_bytes > most) {
            return Err(QueryFailure::CutOff { data_scanned_bytes: outcome.data_scanned_bytes });
        }
        let (columns, output_rows, content) = results.finish()?;
        Ok(Written { done: Done { outcome, columns, output_rows, output_bytes: 0 }, content })
    }

    fn check_bucket(&self, now: Timestamp, location: &str) -> Result<(), QueryFailure> {
        let (bucket, _) = output::parse(location).unwrap_or_default();
        let asked = self.s3().call_as::<HeadBucket>(&self.s3_caller(), now, input::head_bucket(bucket));
        asked.map(|_| ()).map_err(|error| not_put(error, location))
    }

    fn put(&self, now: Timestamp, location: &str, content: impl Into<Content>) -> Result<(), QueryFailure> {
        let (bucket, key) = output::parse(location).unwrap_or_default();
        let put = PutObjectRequest::new(bucket, key, content);
        let put = self.s3().call_as::<PutObject>(&self.s3_caller(), now, put);
        put.map(|_| ()).map_err(|error| not_put(error, location))
    }
}

/// Why a result has no place, in Athena's words.
fn not_put(error: ApiError, location: &str) -> QueryFailure {
    let message = match error.code {
        ErrorCode::NoSuchBucket => {
            let bucket = output::parse(location).map(|(bucket, _)| bucket).unwrap_or_default();
            format!("Unable to verify/create output bucket {bucket}")
        }
        ErrorCode::AccessDenied => format!(
            "Access denied when writing output to url: {location} . Please ensure you are allowed to access the S3 \
             bucket."
        ),
        _ => return error.into(),
    };
    QueryError::user(OUTPUT_LOCATION_INVALID, message).into()
}

fn kind_of(execution: &QueryExecution) -> StatementKind {
    StatementKind::new(execution.statement_type, execution.substatement_type.clone())
}

/// Takes an execution that waits.
fn take(ctx: &mut Context<'_>, mut row: ExecutionRow) -> Result<Option<Running>, ApiError> {
    if row.execution.status.state != QueryState::Queued {
        return Ok(None);
    }
    row.execution.status.state = QueryState::Running;
    row.hidden.started = Some(ctx.now.max(row.execution.status.submission_date_time));
    ctx.store.update_execution(&row)?;
    let stopped = Arc::new(AtomicBool::new(false));
    ctx.volatile.stops.insert(row.execution.query_execution_id.clone(), Arc::clone(&stopped));
    Ok(Some(Running { row, stopped }))
}

/// Notes what an execution has come to.
fn settle(row: &mut ExecutionRow, ended: Result<Done, QueryFailure>, now: Timestamp) {
    match ended {
        Ok(Done { outcome, columns, output_rows, output_bytes }) => {
            execution::end(row, QueryState::Succeeded, now);
            let location = row.execution.result_configuration.output_location.as_deref();
            if output::format_of(&kind_of(&row.execution)).is_none() {
                row.execution.statistics.data_manifest_location = location.map(output::manifest);
            }
            row.execution.statistics.data_scanned_in_bytes = outcome.data_scanned_bytes;
            row.hidden.update_count = outcome.update_count;
            row.hidden.columns = columns;
            row.hidden.output_rows = output_rows;
            row.hidden.output_bytes = output_bytes;
        }
        Err(QueryFailure::Refused(error)) => execution::fail(row, error, now),
        Err(QueryFailure::Stopped) => {
            execution::end(row, QueryState::Cancelled, now);
            row.execution.status.state_change_reason = Some(execution::CANCELLED_BY_USER.to_owned());
        }
        Err(QueryFailure::CutOff { data_scanned_bytes }) => {
            execution::end(row, QueryState::Cancelled, now);
            row.execution.statistics.data_scanned_in_bytes = data_scanned_bytes;
            row.execution.status.state_change_reason =
                Some("Query cancelled! : Bytes scanned limit was exceeded".to_owned());
        }
    }
}
