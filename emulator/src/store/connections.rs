//! Connections to where data is.

use rusqlite::{OptionalExtension, Row};

use super::catalog::json;
use super::{Result, Transaction};
use crate::glue::connections::ConnectionInput;
use crate::time::Timestamp;

/// A connection.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ConnectionRow {
    pub name: String,
    pub created: Timestamp,
    pub updated: Timestamp,
    pub input: ConnectionInput,
}

impl Transaction<'_> {
    /// Creates a connection; `false` when it was there.
    pub fn insert_connection(&self, connection: &ConnectionRow) -> Result<bool> {
        let sql = "INSERT INTO connections VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING";
        let ConnectionRow { name, created, updated, input } = connection;
        let values = (name, created.as_millis(), updated.as_millis(), serde_json::to_string(input)?);
        Ok(self.sql.prepare_cached(sql)?.execute(values)? == 1)
    }

    /// Replaces what an existing connection says.
    pub fn update_connection(&self, connection: &ConnectionRow) -> Result<()> {
        let sql = "UPDATE connections SET updated_ms = ?2, input = ?3 WHERE name = ?1";
        let input = serde_json::to_string(&connection.input)?;
        self.sql.prepare_cached(sql)?.execute((&connection.name, connection.updated.as_millis(), input))?;
        Ok(())
    }

    pub fn find_connection(&self, name: &str) -> Result<Option<ConnectionRow>> {
        let sql = "SELECT * FROM connections WHERE name = ?1";
        let mut statement = self.sql.prepare_cached(sql)?;
        let connection = statement.query_row([name], |row| Ok(connection_row(row)));
        connection.optional()?.transpose()
    }

    /// Every connection after the one named `after`, by name.
    pub fn list_connections(&self, after: &str) -> Result<Vec<ConnectionRow>> {
        let sql = "SELECT * FROM connections WHERE name > ?1 ORDER BY name";
        let mut statement = self.sql.prepare_cached(sql)?;
        let rows = statement.query_and_then([after], connection_row)?;
        rows.collect()
    }

    /// Deletes a connection; `false` when there was none.
    pub fn delete_connection(&self, name: &str) -> Result<bool> {
        let sql = "DELETE FROM connections WHERE name = ?1";
        Ok(self.sql.prepare_cached(sql)?.execute([name])? == 1)
    }
}

fn connection_row(row: &Row<'_>) -> Result<ConnectionRow> {
    Ok(ConnectionRow {
        name: row.get("name")?,
        created: Timestamp::from_millis(row.get("created_ms")?),
        updated: Timestamp::from_millis(row.get("updated_ms")?),
        input: json(row, "input")?,
    })
}
