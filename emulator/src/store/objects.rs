//! Buckets, and what is known of objects besides their bodies.

use std::collections::BTreeMap;

use rusqlite::{OptionalExtension, Row};

use super::{BodyId, Result, Transaction};
use crate::time::Timestamp;

/// An object without its body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ObjectRow {
    pub key: String,
    pub body: BodyId,
    pub size_bytes: u64,
    pub e_tag: String,
    pub modified: Timestamp,
    pub content_type: String,
    pub user_metadata: BTreeMap<String, String>,
}

impl Transaction<'_> {
    /// Creates a bucket; `false` when it was there.
    pub fn insert_bucket(&self, name: &str, created: Timestamp) -> Result<bool> {
        let sql = "INSERT INTO buckets VALUES (?1, ?2) ON CONFLICT DO NOTHING";
        let values = (name, created.as_millis());
        Ok(self.sql.prepare_cached(sql)?.execute(values)? == 1)
    }

    pub fn bucket_exists(&self, name: &str) -> Result<bool> {
        let sql = "SELECT 1 FROM buckets WHERE name = ?1";
        Ok(self.sql.prepare_cached(sql)?.exists([name])?)
    }

    /// Stores an object in place of any other with its key.
    pub fn upsert_object(&self, bucket: &str, object: &ObjectRow) -> Result<()> {
        let sql = "INSERT OR REPLACE INTO objects VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
        self.sql.prepare_cached(sql)?.execute((
            bucket,
            &object.key,
            object.body.0 as i64,
            object.size_bytes as i64,
            &object.e_tag,
            object.modified.as_millis(),
            &object.content_type,
            serde_json::to_string(&object.user_metadata)?,
        ))?;
        Ok(())
    }

    pub fn find_object(&self, bucket: &str, key: &str) -> Result<Option<ObjectRow>> {
        let sql = "SELECT * FROM objects WHERE bucket = ?1 AND key = ?2";
        let mut statement = self.sql.prepare_cached(sql)?;
        let object = statement.query_row((bucket, key), |row| Ok(object_row(row)));
        object.optional()?.transpose()
    }

    /// The first object of a bucket whose key is `key` or comes after it, in byte order.
    pub fn first_object_from(&self, bucket: &str, key: &str) -> Result<Option<ObjectRow>> {
        let sql = "SELECT * FROM objects WHERE bucket = ?1 AND key >= ?2 ORDER BY key LIMIT 1";
        let mut statement = self.sql.prepare_cached(sql)?;
        let object = statement.query_row((bucket, key), |row| Ok(object_row(row)));
        object.optional()?.transpose()
    }

    pub fn delete_object(&self, bucket: &str, key: &str) -> Result<()> {
        let sql = "DELETE FROM objects WHERE bucket = ?1 AND key = ?2";
        self.sql.prepare_cached(sql)?.execute((bucket, key))?;
        Ok(())
    }
}

fn object_row(row: &Row<'_>) -> Result<ObjectRow> {
    let user_metadata: String = row.get("user_metadata")?;
    Ok(ObjectRow {
        key: row.get("key")?,
        body: BodyId(row.get::<_, i64>("body_id")? as u64),
        size_bytes: row.get::<_, i64>("size_bytes")? as u64,
        e_tag: row.get("e_tag")?,
        modified: Timestamp::from_millis(row.get("modified_ms")?),
        content_type: row.get("content_type")?,
        user_metadata: serde_json::from_str(&user_metadata)?,
    })
}
