//! Statistics on columns, of tables and of partitions.

use rusqlite::OptionalExtension;

use super::{Result, TableRow, Transaction};
use crate::glue::statistics::ColumnStatistics;

/// What statistics are about: a whole table, or the partition of these values.
#[derive(Clone, Copy)]
pub(crate) enum StatisticsOf<'a> {
    Table(&'a TableRow),
    Partition(&'a TableRow, &'a [String]),
}

impl<'a> StatisticsOf<'a> {
    /// Names of database and table, and the text that stands for the partition.
    fn key(self) -> Result<(&'a str, &'a str, String)> {
        Ok(match self {
            Self::Table(table) => (&table.database, &table.name, String::new()),
            Self::Partition(table, values) => (&table.database, &table.name, serde_json::to_string(values)?),
        })
    }
}

impl Transaction<'_> {
    /// Sets the statistics of a column.
    pub fn set_column_statistics(
        &self,
        of: StatisticsOf<'_>,
        column: &str,
        is: &ColumnStatistics,
    ) -> Result<()> {
        let (database, table, partition) = of.key()?;
        let sql = "INSERT OR REPLACE INTO column_statistics VALUES (?1, ?2, ?3, ?4, ?5)";
        let values = (database, table, partition, column, serde_json::to_string(is)?);
        self.sql.prepare_cached(sql)?.execute(values)?;
        Ok(())
    }

    /// The statistics of a column.
    pub fn column_statistics(&self, of: StatisticsOf<'_>, column: &str) -> Result<Option<ColumnStatistics>> {
        let (database, table, partition) = of.key()?;
        let sql = "SELECT statistics FROM column_statistics \
                   WHERE database_name = ?1 AND table_name = ?2 AND partition_values = ?3 AND column_name = ?4";
        let mut statement = self.sql.prepare_cached(sql)?;
        let found: Option<String> =
            statement.query_row((database, table, partition, column), |row| row.get(0)).optional()?;
        Ok(found.map(|text| serde_json::from_str(&text)).transpose()?)
    }

    /// Deletes the statistics of a column; `false` when there were none.
    pub fn delete_column_statistics(&self, of: StatisticsOf<'_>, column: &str) -> Result<bool> {
        let (database, table, partition) = of.key()?;
        let sql = "DELETE FROM column_statistics \
                   WHERE database_name = ?1 AND table_name = ?2 AND partition_values = ?3 AND column_name = ?4";
        Ok(self.sql.prepare_cached(sql)?.execute((database, table, partition, column))? == 1)
    }
}
