//! Buckets, and the documents that they are configured with.

use rusqlite::{OptionalExtension, Row};

use super::{Result, Transaction};
use crate::time::Timestamp;

/// A bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BucketRow {
    pub name: String,
    pub created: Timestamp,
    /// An account id; empty for the emulator's own.
    pub owner: String,
    /// Empty for the emulator's own.
    pub region: String,
    pub versioning: Option<String>,
    pub object_lock: bool,
}

impl Transaction<'_> {
    pub fn insert_bucket(&self, bucket: &BucketRow) -> Result<()> {
        let sql = "INSERT INTO buckets (name, created_ms, owner, region, versioning, object_lock) \
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        let BucketRow { name, created, owner, region, versioning, object_lock } = bucket;
        let values = (name, created.as_millis(), owner, region, versioning, object_lock);
        self.sql.prepare_cached(sql)?.execute(values)?;
        Ok(())
    }

    pub fn find_bucket(&self, name: &str) -> Result<Option<BucketRow>> {
        let sql = "SELECT * FROM buckets WHERE name = ?1";
        Ok(self.sql.prepare_cached(sql)?.query_row([name], bucket_row).optional()?)
    }

    /// All buckets, by name.
    pub fn buckets(&self) -> Result<Vec<BucketRow>> {
        let mut statement = self.sql.prepare_cached("SELECT * FROM buckets ORDER BY name")?;
        let rows = statement.query_map((), bucket_row)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    pub fn update_bucket(&self, bucket: &BucketRow) -> Result<()> {
        let sql = "UPDATE buckets SET versioning = ?2, object_lock = ?3 WHERE name = ?1";
        let values = (&bucket.name, &bucket.versioning, bucket.object_lock);
        self.sql.prepare_cached(sql)?.execute(values)?;
        Ok(())
    }

    /// Whether any version of any key, or any upload, is in a bucket.
    pub fn bucket_holds(&self, name: &str) -> Result<bool> {
        let sql = "SELECT 1 FROM objects WHERE bucket = ?1";
        Ok(self.sql.prepare_cached(sql)?.exists([name])?)
    }

    /// Removes a bucket that holds no objects, with its documents.
    pub fn delete_bucket(&self, name: &str) -> Result<()> {
        for table in ["bucket_documents WHERE bucket", "buckets WHERE name"] {
            self.sql.prepare_cached(&format!("DELETE FROM {table} = ?1"))?.execute([name])?;
        }
        Ok(())
    }

    pub fn put_document(&self, bucket: &str, kind: &str, id: &str, document: &str) -> Result<()> {
        let sql = "INSERT OR REPLACE INTO bucket_documents VALUES (?1, ?2, ?3, ?4)";
        self.sql.prepare_cached(sql)?.execute((bucket, kind, id, document))?;
        Ok(())
    }

    pub fn find_document(&self, bucket: &str, kind: &str, id: &str) -> Result<Option<String>> {
        let sql = "SELECT document FROM bucket_documents WHERE bucket = ?1 AND kind = ?2 AND id = ?3";
        let mut statement = self.sql.prepare_cached(sql)?;
        Ok(statement.query_row((bucket, kind, id), |row| row.get(0)).optional()?)
    }

    /// The documents of one kind, by id.
    pub fn documents(&self, bucket: &str, kind: &str) -> Result<Vec<String>> {
        let sql = "SELECT document FROM bucket_documents WHERE bucket = ?1 AND kind = ?2 ORDER BY id";
        let mut statement = self.sql.prepare_cached(sql)?;
        let rows = statement.query_map((bucket, kind), |row| row.get(0))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Removes a document; `false` when there was none.
    pub fn delete_document(&self, bucket: &str, kind: &str, id: &str) -> Result<bool> {
        let sql = "DELETE FROM bucket_documents WHERE bucket = ?1 AND kind = ?2 AND id = ?3";
        Ok(self.sql.prepare_cached(sql)?.execute((bucket, kind, id))? > 0)
    }
}

fn bucket_row(row: &Row<'_>) -> rusqlite::Result<BucketRow> {
    Ok(BucketRow {
        name: row.get("name")?,
        created: Timestamp::from_millis(row.get("created_ms")?),
        owner: row.get("owner")?,
        region: row.get("region")?,
        versioning: row.get("versioning")?,
        object_lock: row.get("object_lock")?,
    })
}
