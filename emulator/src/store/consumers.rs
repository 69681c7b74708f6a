//! Consumers with enhanced fan-out.

use rusqlite::{OptionalExtension, Row};

use super::{Result, Transaction};
use crate::time::Timestamp;

/// A registered consumer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ConsumerRow {
    pub name: String,
    pub created: Timestamp,
}

impl Transaction<'_> {
    pub fn insert_consumer(&self, stream: i64, consumer: &ConsumerRow) -> Result<()> {
        let sql = "INSERT INTO consumers (stream_id, name, created_ms) VALUES (?1, ?2, ?3)";
        let values = (stream, &consumer.name, consumer.created.as_millis());
        self.sql.prepare_cached(sql)?.execute(values)?;
        Ok(())
    }

    pub fn find_consumer(&self, stream: i64, name: &str) -> Result<Option<ConsumerRow>> {
        let sql = "SELECT name, created_ms FROM consumers WHERE stream_id = ?1 AND name = ?2";
        Ok(self.sql.prepare_cached(sql)?.query_row((stream, name), consumer_row).optional()?)
    }

    /// Up to `limit` consumers of a stream after the one named `after`, by name.
    pub fn list_consumers(&self, stream: i64, after: &str, limit: usize) -> Result<Vec<ConsumerRow>> {
        let sql = "SELECT name, created_ms FROM consumers WHERE stream_id = ?1 AND name > ?2 \
                   ORDER BY name LIMIT ?3";
        let mut statement = self.sql.prepare_cached(sql)?;
        let rows = statement.query_map((stream, after, limit as i64), consumer_row)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    pub fn count_consumers(&self, stream: i64) -> Result<i64> {
        let sql = "SELECT count(*) FROM consumers WHERE stream_id = ?1";
        Ok(self.sql.prepare_cached(sql)?.query_row([stream], |row| row.get(0))?)
    }

    /// How many consumers, of all streams, were made after a time.
    pub fn count_consumers_since(&self, time: Timestamp) -> Result<i64> {
        let sql = "SELECT count(*) FROM consumers WHERE created_ms > ?1";
        Ok(self.sql.prepare_cached(sql)?.query_row([time.as_millis()], |row| row.get(0))?)
    }

    pub fn delete_consumer(&self, stream: i64, name: &str) -> Result<()> {
        let sql = "DELETE FROM consumers WHERE stream_id = ?1 AND name = ?2";
        self.sql.prepare_cached(sql)?.execute((stream, name))?;
        Ok(())
    }
}

fn consumer_row(row: &Row<'_>) -> rusqlite::Result<ConsumerRow> {
    Ok(ConsumerRow { name: row.get(0)?, created: Timestamp::from_millis(row.get(1)?) })
}
