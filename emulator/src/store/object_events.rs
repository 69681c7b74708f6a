//! Events of objects that wait for whom they are for.

use super::{Result, Transaction};
use crate::time::Timestamp;

/// An event that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ObjectEventRow {
    pub number: u64,
    /// The message.
    pub event: String,
}

impl Transaction<'_> {
    pub fn insert_object_event(&self, target: &str, occurred: Timestamp, event: &str) -> Result<()> {
        let sql = "INSERT INTO object_events (target, occurred_ms, event) VALUES (?1, ?2, ?3)";
        self.sql.prepare_cached(sql)?.execute((target, occurred.as_millis(), event))?;
        Ok(())
    }

    pub fn has_object_events(&self, target: &str) -> Result<bool> {
        let sql = "SELECT 1 FROM object_events WHERE target = ?1";
        Ok(self.sql.prepare_cached(sql)?.exists([target])?)
    }

    /// Takes away what waits for a target, oldest first.
    pub fn take_object_events(&self, target: &str) -> Result<Vec<ObjectEventRow>> {
        let sql = "SELECT event_id, event FROM object_events WHERE target = ?1 ORDER BY event_id";
        let mut statement = self.sql.prepare_cached(sql)?;
        let rows = statement.query_map([target], |row| {
            Ok(ObjectEventRow { number: row.get::<_, i64>(0)? as u64, event: row.get(1)? })
        })?;
        let taken = rows.collect::<rusqlite::Result<_>>()?;
        self.sql.prepare_cached("DELETE FROM object_events WHERE target = ?1")?.execute([target])?;
        Ok(taken)
    }
}
