//! Partitions of tables, and their indexes.

use rusqlite::{OptionalExtension, Row, params};

use super::catalog::json;
use super::{Result, StoreError, TableRow, Transaction};
use crate::glue::{PartitionIndex, PartitionInput};
use crate::time::Timestamp;

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

    pub fn find_partition(&self, table: &TableRow, values: &[String]) -> Result<Option<PartitionRow>> {
        let sql = "SELECT * FROM partitions \
                   WHERE database_name = ?1 AND table_name = ?2 AND partition_values = ?3";
        let mut statement = self.sql.prepare_cached(sql)?;
        let names = (&table.database, &table.name, serde_json::to_string(values)?);
        let partition = statement.query_row(names, |row| Ok(partition_row(row)));
        partition.optional()?.transpose()
    }

    /// Replaces what a partition says, its values included: the caller knows that the new ones are free.
    pub fn update_partition(
        &self,
        table: &TableRow,
        values: &[String],
        input: &PartitionInput,
    ) -> Result<()> {
        let sql = "UPDATE partitions SET partition_values = ?4, input = ?5 \
                   WHERE database_name = ?1 AND table_name = ?2 AND partition_values = ?3";
        let old = serde_json::to_string(values)?;
        let new = serde_json::to_string(input.values.as_deref().unwrap_or_default())?;
        let input = serde_json::to_string(input)?;
        self.sql.prepare_cached(sql)?.execute((&table.database, &table.name, &old, &new, input))?;
        let sql = "UPDATE column_statistics SET partition_values = ?4 \
                   WHERE database_name = ?1 AND table_name = ?2 AND partition_values = ?3";
        self.sql.prepare_cached(sql)?.execute((&table.database, &table.name, &old, &new))?;
        Ok(())
    }

    /// Deletes a partition; `false` when there was none.
    pub fn delete_partition(&self, table: &TableRow, values: &[String]) -> Result<bool> {
        let values = serde_json::to_string(values)?;
        let names = (&table.database, &table.name, &values);
        let sql = "DELETE FROM column_statistics \
                   WHERE database_name = ?1 AND table_name = ?2 AND partition_values = ?3";
        self.sql.prepare_cached(sql)?.execute(names)?;
        let sql = "DELETE FROM partitions \
                   WHERE database_name = ?1 AND table_name = ?2 AND partition_values = ?3";
        Ok(self.sql.prepare_cached(sql)?.execute(names)? == 1)
    }

    /// A page of the partitions of a table whose values are wanted, ordered by the JSON text of their values. Values are
    /// all that is read of the others.
    pub fn list_partitions<E: From<StoreError>>(
        &self,
        table: &TableRow,
        page: &PartitionPage<'_>,
        mut wanted: impl FnMut(&[String]) -> Result<bool, E>,
    ) -> Result<Vec<PartitionRow>, E> {
        // The index alone answers this.
        let sql = "SELECT partition_id, partition_values FROM partitions \
                   WHERE database_name = ?1 AND table_name = ?2 \
                   AND partition_values > ?3 AND partition_id % ?4 = ?5 \
                   ORDER BY partition_values";
        let after = page.after.map(serde_json::to_string).transpose().map_err(StoreError::from)?;
        let mut statement = self.sql.prepare_cached(sql).map_err(StoreError::from)?;
        let place =
            params![table.database, table.name, after.unwrap_or_default(), page.segments, page.segment];
        let mut rows = statement.query(place).map_err(StoreError::from)?;
        let mut found = Vec::new();
        while found.len() < page.limit
            && let Some(row) = rows.next().map_err(StoreError::from)?
        {
            let values: Vec<String> = json(row, "partition_values")?;
            if wanted(&values)? {
                found.push(self.partition_by_id(row.get("partition_id").map_err(StoreError::from)?)?);
            }
        }
        Ok(found)
    }

    fn partition_by_id(&self, id: i64) -> Result<PartitionRow> {
        let mut statement = self.sql.prepare_cached("SELECT * FROM partitions WHERE partition_id = ?1")?;
        statement.query_row([id], |row| Ok(partition_row(row)))?
    }

    /// Adds an index to a table; `false` when it was there.
    pub fn insert_partition_index(
        &self,
        table: &TableRow,
        name: &str,
        index: &PartitionIndex,
    ) -> Result<bool> {
        let sql = "INSERT INTO partition_indexes VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING";
        let values = (&table.database, &table.name, name, serde_json::to_string(index)?);
        Ok(self.sql.prepare_cached(sql)?.execute(values)? == 1)
    }

    /// The indexes of a table, by name.
    pub fn list_partition_indexes(&self, table: &TableRow) -> Result<Vec<PartitionIndex>> {
        let sql =
            "SELECT input FROM partition_indexes WHERE database_name = ?1 AND table_name = ?2 ORDER BY name";
        let mut statement = self.sql.prepare_cached(sql)?;
        let rows = statement.query_and_then((&table.database, &table.name), |row| json(row, "input"))?;
        rows.collect()
    }

    /// Deletes an index of a table; `false` when there was none.
    pub fn delete_partition_index(&self, table: &TableRow, name: &str) -> Result<bool> {
        let sql = "DELETE FROM partition_indexes WHERE database_name = ?1 AND table_name = ?2 AND name = ?3";
        Ok(self.sql.prepare_cached(sql)?.execute((&table.database, &table.name, name))? == 1)
    }
}

fn partition_row(row: &Row<'_>) -> Result<PartitionRow> {
    Ok(PartitionRow {
        values: json(row, "partition_values")?,
        created: Timestamp::from_millis(row.get("created_ms")?),
        input: json(row, "input")?,
    })
}
