//! Executions of queries.

use rusqlite::{OptionalExtension, Row};

use super::{Result, Transaction};
use crate::athena::{Hidden, QueryExecution, QueryState};

/// An execution.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ExecutionRow {
    /// Counts executions as they are submitted; 0 until it is stored.
    pub number: i64,
    pub request_token: Option<String>,
    pub execution: QueryExecution,
    pub hidden: Hidden,
}

impl Transaction<'_> {
    pub fn insert_execution(&self, row: &ExecutionRow) -> Result<()> {
        let sql = "INSERT INTO executions (execution_id, work_group, state, request_token, query, execution, hidden) \
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
        self.sql.prepare_cached(sql)?.execute((
            &row.execution.query_execution_id,
            &row.execution.work_group,
            row.execution.status.state.name(),
            &row.request_token,
            &row.execution.query,
            serde_json::to_string(&row.execution)?,
            serde_json::to_string(&row.hidden)?,
        ))?;
        Ok(())
    }

    /// Stores what has become of an execution.
    pub fn update_execution(&self, row: &ExecutionRow) -> Result<()> {
        let sql = "UPDATE executions SET state = ?2, execution = ?3, hidden = ?4 WHERE execution_id = ?1";
        self.sql.prepare_cached(sql)?.execute((
            &row.execution.query_execution_id,
            row.execution.status.state.name(),
            serde_json::to_string(&row.execution)?,
            serde_json::to_string(&row.hidden)?,
        ))?;
        Ok(())
    }

    pub fn find_execution(&self, id: &str) -> Result<Option<ExecutionRow>> {
        self.one_execution("SELECT * FROM executions WHERE execution_id = ?1", id)
    }

    /// The execution that a client has started with a token.
    pub fn execution_of_token(&self, token: &str) -> Result<Option<ExecutionRow>> {
        self.one_execution("SELECT * FROM executions WHERE request_token = ?1", token)
    }

    /// The execution that waits longest.
    pub fn first_queued(&self) -> Result<Option<ExecutionRow>> {
        let sql = "SELECT * FROM executions WHERE state = ?1 ORDER BY number LIMIT 1";
        self.one_execution(sql, QueryState::Queued.name())
    }

    /// Executions in a state, as they were submitted.
    pub fn executions_in(&self, state: QueryState) -> Result<Vec<ExecutionRow>> {
        let mut statement =
            self.sql.prepare_cached("SELECT * FROM executions WHERE state = ?1 ORDER BY number")?;
        statement.query_and_then([state.name()], execution_row)?.collect()
    }

    /// Executions of a text in a work group that have succeeded, the last first.
    pub fn successes_of(&self, work_group: &str, query: &str) -> Result<Vec<ExecutionRow>> {
        let sql = "SELECT * FROM executions WHERE work_group = ?1 AND query = ?2 AND state = ?3 ORDER BY number DESC";
        let mut statement = self.sql.prepare_cached(sql)?;
        let succeeded = QueryState::Succeeded.name();
        statement.query_and_then((work_group, query, succeeded), execution_row)?.collect()
    }

    /// Numbers and ids of up to `limit` executions of a work group that were submitted before one, the last first.
    pub fn list_executions(
        &self,
        work_group: &str,
        before: Option<i64>,
        limit: usize,
    ) -> Result<Vec<(i64, String)>> {
        let sql = "SELECT number, execution_id FROM executions WHERE work_group = ?1 AND number < ?2 \
                   ORDER BY number DESC LIMIT ?3";
        let mut statement = self.sql.prepare_cached(sql)?;
        let before = before.unwrap_or(i64::MAX);
        let rows =
            statement.query_map((work_group, before, limit as i64), |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Removes the executions of a work group.
    pub fn delete_executions_of(&self, work_group: &str) -> Result<()> {
        self.sql.prepare_cached("DELETE FROM executions WHERE work_group = ?1")?.execute([work_group])?;
        Ok(())
    }

    fn one_execution(&self, sql: &str, value: &str) -> Result<Option<ExecutionRow>> {
        let mut statement = self.sql.prepare_cached(sql)?;
        let row = statement.query_row([value], |row| Ok(execution_row(row)));
        row.optional()?.transpose()
    }
}

fn execution_row(row: &Row<'_>) -> Result<ExecutionRow> {
    Ok(ExecutionRow {
        number: row.get("number")?,
        request_token: row.get("request_token")?,
        execution: serde_json::from_str(&row.get::<_, String>("execution")?)?,
        hidden: serde_json::from_str(&row.get::<_, String>("hidden")?)?,
    })
}
