//! The Data Catalog: databases, tables, partitions.
//!
//! What a client gave is kept as the JSON of its typed input; the columns beside it are what the
//! catalog itself adds, and what it searches by.

use rusqlite::{OptionalExtension, Row, params};
use serde::de::DeserializeOwned;

use super::{Result, Transaction};
use crate::glue::{DatabaseInput, PartitionInput, TableInput};
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

/// A partition.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct PartitionRow {
    pub values: Vec<String>,
    pub created: Timestamp,
    pub input: PartitionInput,
}

/// A partition to be added to a table.
pub(crate) struct NewPartition<'a> {
    pub values: &'a [String],
    pub created: Timestamp,
    pub input: &'a PartitionInput,
}

/// Which partitions of a table to list.
pub(crate) struct PartitionPage<'a> {
    /// Values of the last partition of the page before.
    pub after: Option<&'a [String]>,
    pub limit: usize,
    /// One of so many disjoint parts of the table, counted from 0.
    pub segment: i64,
    pub segments: i64,
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

    /// Up to `limit` tables of a database after the one named `after`, by name.
    pub fn list_tables(&self, database: &str, after: &str, limit: usize) -> Result<Vec<TableRow>> {
        let sql = "SELECT * FROM tables WHERE database_name = ?1 AND name > ?2 \
                   ORDER BY name LIMIT ?3";
        let mut statement = self.sql.prepare_cached(sql)?;
        let rows = statement.query_and_then((database, after, limit as i64), table_row)?;
        rows.collect()
    }

    /// Deletes a table with its partitions; `false` when there was none.
    pub fn delete_table(&self, database: &str, name: &str) -> Result<bool> {
        let sql = "DELETE FROM partitions WHERE database_name = ?1 AND table_name = ?2";
        self.sql.prepare_cached(sql)?.execute((database, name))?;
        let sql = "DELETE FROM tables WHERE database_name = ?1 AND name = ?2";
        Ok(self.sql.prepare_cached(sql)?.execute((database, name))? == 1)
    }

    /// Adds a partition to a table; `false` when it was there.
    pub fn insert_partition(&self, table: &TableRow, partition: NewPartition<'_>) -> Result<bool> {
        let sql = "INSERT INTO partitions \
                   (database_name, table_name, partition_values, created_ms, input) \
                   VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING";
        let inserted = self.sql.prepare_cached(sql)?.execute((
            &table.database,
            &table.name,
            serde_json::to_string(partition.values)?,
            partition.created.as_millis(),
            serde_json::to_string(partition.input)?,
        ))?;
        Ok(inserted == 1)
    }

    /// A page of the partitions of a table, ordered by the JSON text of their values.
    pub fn list_partitions(&self, table: &TableRow, page: &PartitionPage<'_>) -> Result<Vec<PartitionRow>> {
        let sql = "SELECT * FROM partitions WHERE database_name = ?1 AND table_name = ?2 \
                   AND partition_values > ?3 AND partition_id % ?4 = ?5 \
                   ORDER BY partition_values LIMIT ?6";
        let after = page.after.map(serde_json::to_string).transpose()?;
        let mut statement = self.sql.prepare_cached(sql)?;
        let rows = statement.query_and_then(
            params![
                table.database,
                table.name,
                after.unwrap_or_default(),
                page.segments,
                page.segment,
                page.limit as i64
            ],
            partition_row,
        )?;
        rows.collect()
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

fn partition_row(row: &Row<'_>) -> Result<PartitionRow> {
    Ok(PartitionRow {
        values: json(row, "partition_values")?,
        created: Timestamp::from_millis(row.get("created_ms")?),
        input: json(row, "input")?,
    })
}

fn json<T: DeserializeOwned>(row: &Row<'_>, column: &str) -> Result<T> {
    let text: String = row.get(column)?;
    Ok(serde_json::from_str(&text)?)
}
