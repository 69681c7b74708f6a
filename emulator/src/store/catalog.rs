//! The Data Catalog: databases, tables and their versions.
//!
//! What a client gave is kept as the JSON of its typed input; the columns beside it are what the
//! catalog itself adds, and what it searches by.

use rusqlite::{OptionalExtension, Row};
use serde::de::DeserializeOwned;

use super::{Result, Transaction};
use crate::glue::{DatabaseInput, TableInput};
use crate::time::Timestamp;

/// A database.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct DatabaseRow {
    pub name: String,
    pub created: Timestamp,
    pub input: DatabaseInput,
}

/// A table.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct TableRow {
    pub database: String,
    pub name: String,
    pub created: Timestamp,
    pub updated: Timestamp,
    /// 0 when created, one more with each update.
    pub version: i64,
    pub input: TableInput,
}

impl Transaction<'_> {
    /// Creates a database; `false` when it was there.
    pub fn insert_database(&self, database: &DatabaseRow) -> Result<bool> {
        let sql = "INSERT INTO databases VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING";
        let input = serde_json::to_string(&database.input)?;
        let values = (&database.name, database.created.as_millis(), input);
        Ok(self.sql.prepare_cached(sql)?.execute(values)? == 1)
    }

    pub fn find_database(&self, name: &str) -> Result<Option<DatabaseRow>> {
        let sql = "SELECT * FROM databases WHERE name = ?1";
        let mut statement = self.sql.prepare_cached(sql)?;
        let database = statement.query_row([name], |row| Ok(database_row(row)));
        database.optional()?.transpose()
    }

    /// Up to `limit` databases after the one named `after`, by name.
    pub fn list_databases(&self, after: &str, limit: usize) -> Result<Vec<DatabaseRow>> {
        let sql = "SELECT * FROM databases WHERE name > ?1 ORDER BY name LIMIT ?2";
        let mut statement = self.sql.prepare_cached(sql)?;
        let rows = statement.query_and_then((after, limit as i64), database_row)?;
        rows.collect()
    }

    /// Creates a table; `false` when it was there.
    pub fn insert_table(&self, table: &TableRow) -> Result<bool> {
        let sql = "INSERT INTO tables VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO NOTHING";
        let inserted = self.sql.prepare_cached(sql)?.execute((
            &table.database,
            &table.name,
            table.created.as_millis(),
            table.updated.as_millis(),
            table.version,
            serde_json::to_string(&table.input)?,
        ))?;
        Ok(inserted == 1)
    }

    /// Replaces what a database says; `false` when there was none.
    pub fn update_database(&self, name: &str, input: &DatabaseInput) -> Result<bool> {
        let sql = "UPDATE databases SET input = ?2 WHERE name = ?1";
        Ok(self.sql.prepare_cached(sql)?.execute((name, serde_json::to_string(input)?))? == 1)
    }

    /// Deletes a database with all that is in it.
    pub fn delete_database(&self, name: &str) -> Result<()> {
        for sql in [
            "DELETE FROM column_statistics WHERE database_name = ?1",
            "DELETE FROM partition_indexes WHERE database_name = ?1",
            "DELETE FROM partitions WHERE database_name = ?1",
            "DELETE FROM table_versions WHERE database_name = ?1",
            "DELETE FROM tables WHERE database_name = ?1",
            "DELETE FROM functions WHERE database_name = ?1",
            "DELETE FROM databases WHERE name = ?1",
        ] {
            self.sql.prepare_cached(sql)?.execute([name])?;
        }
        Ok(())
    }

    /// Replaces what an existing table says.
    pub fn update_table(&self, table: &TableRow) -> Result<()> {
        let sql = "UPDATE tables SET updated_ms = ?3, version = ?4, input = ?5 \
                   WHERE database_name = ?1 AND name = ?2";
        self.sql.prepare_cached(sql)?.execute((
            &table.database,
            &table.name,
            table.updated.as_millis(),
            table.version,
            serde_json::to_string(&table.input)?,
        ))?;
        Ok(())
    }

    pub fn find_table(&self, database: &str, name: &str) -> Result<Option<TableRow>> {
        let sql = "SELECT * FROM tables WHERE database_name = ?1 AND name = ?2";
        let mut statement = self.sql.prepare_cached(sql)?;
        let table = statement.query_row((database, name), |row| Ok(table_row(row)));
        table.optional()?.transpose()
    }

    /// Up to `limit` tables of a database after the one named `after`, by name, of those whose names are wanted.
    pub fn list_tables(
        &self,
        database: &str,
        after: &str,
        limit: usize,
        wanted: impl Fn(&str) -> bool,
    ) -> Result<Vec<TableRow>> {
        let sql = "SELECT * FROM tables WHERE database_name = ?1 AND name > ?2 ORDER BY name";
        let mut statement = self.sql.prepare_cached(sql)?;
        let mut rows = statement.query((database, after))?;
        let mut tables = Vec::new();
        while tables.len() < limit
            && let Some(row) = rows.next()?
        {
            if wanted(row.get_ref("name")?.as_str().map_err(rusqlite::Error::from)?) {
                tables.push(table_row(row)?);
            }
        }
        Ok(tables)
    }

    /// Every table of every database, by names.
    pub fn list_all_tables(&self) -> Result<Vec<TableRow>> {
        let sql = "SELECT * FROM tables ORDER BY database_name, name";
        let mut statement = self.sql.prepare_cached(sql)?;
        let rows = statement.query_and_then((), table_row)?;
        rows.collect()
    }

    /// The names of the tables of a database.
    pub fn table_names(&self, database: &str) -> Result<Vec<String>> {
        let sql = "SELECT name FROM tables WHERE database_name = ?1 ORDER BY name";
        let mut statement = self.sql.prepare_cached(sql)?;
        let rows = statement.query_map([database], |row| row.get(0))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Deletes a table with all that is in it; `false` when there was none.
    pub fn delete_table(&self, database: &str, name: &str) -> Result<bool> {
        for sql in [
            "DELETE FROM column_statistics WHERE database_name = ?1 AND table_name = ?2",
            "DELETE FROM partition_indexes WHERE database_name = ?1 AND table_name = ?2",
            "DELETE FROM partitions WHERE database_name = ?1 AND table_name = ?2",
            "DELETE FROM table_versions WHERE database_name = ?1 AND table_name = ?2",
        ] {
            self.sql.prepare_cached(sql)?.execute((database, name))?;
        }
        let sql = "DELETE FROM tables WHERE database_name = ?1 AND name = ?2";
        Ok(self.sql.prepare_cached(sql)?.execute((database, name))? == 1)
    }

    /// Keeps what a table says now as one of its earlier versions.
    pub fn archive_table(&self, table: &TableRow) -> Result<()> {
        let sql = "INSERT OR REPLACE INTO table_versions VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        self.sql.prepare_cached(sql)?.execute((
            &table.database,
            &table.name,
            table.version,
            table.created.as_millis(),
            table.updated.as_millis(),
            serde_json::to_string(&table.input)?,
        ))?;
        Ok(())
    }

    /// What a table said at an earlier version.
    pub fn find_archived_table(&self, table: &TableRow, version: i64) -> Result<Option<TableRow>> {
        let sql = "SELECT *, table_name AS name FROM table_versions \
                   WHERE database_name = ?1 AND table_name = ?2 AND version = ?3";
        let mut statement = self.sql.prepare_cached(sql)?;
        let found = statement.query_row((&table.database, &table.name, version), |row| Ok(table_row(row)));
        found.optional()?.transpose()
    }

    /// Up to `limit` earlier versions of a table below `before`, the newest first.
    pub fn list_archived_tables(&self, table: &TableRow, before: i64, limit: usize) -> Result<Vec<TableRow>> {
        let sql = "SELECT *, table_name AS name FROM table_versions \
                   WHERE database_name = ?1 AND table_name = ?2 AND version < ?3 \
                   ORDER BY version DESC LIMIT ?4";
        let mut statement = self.sql.prepare_cached(sql)?;
        let names = (&table.database, &table.name, before, limit as i64);
        let rows = statement.query_and_then(names, table_row)?;
        rows.collect()
    }

    /// Forgets an earlier version of a table; `false` when there was none.
    pub fn delete_archived_table(&self, table: &TableRow, version: i64) -> Result<bool> {
        let sql = "DELETE FROM table_versions WHERE database_name = ?1 AND table_name = ?2 AND version = ?3";
        Ok(self.sql.prepare_cached(sql)?.execute((&table.database, &table.name, version))? == 1)
    }
}

fn database_row(row: &Row<'_>) -> Result<DatabaseRow> {
    Ok(DatabaseRow {
        name: row.get("name")?,
        created: Timestamp::from_millis(row.get("created_ms")?),
        input: json(row, "input")?,
    })
}

fn table_row(row: &Row<'_>) -> Result<TableRow> {
    Ok(TableRow {
        database: row.get("database_name")?,
        name: row.get("name")?,
        created: Timestamp::from_millis(row.get("created_ms")?),
        updated: Timestamp::from_millis(row.get("updated_ms")?),
        version: row.get("version")?,
        input: json(row, "input")?,
    })
}

pub(super) fn json<T: DeserializeOwned>(row: &Row<'_>, column: &str) -> Result<T> {
    let text: String = row.get(column)?;
    Ok(serde_json::from_str(&text)?)
}
