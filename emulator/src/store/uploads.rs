//! Uploads in parts that are under way.

use std::collections::BTreeMap;

use rusqlite::{OptionalExtension, Row, params};

use super::object_attributes::ObjectAttributes;
use super::objects::{body_of, pieces_text};
use super::{Body, Result, Transaction};
use crate::time::Timestamp;

/// An upload in parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct UploadRow {
    pub key: String,
    pub upload_id: String,
    pub initiated: Timestamp,
    /// What the object will have; its checksums name the algorithm that was chosen.
    pub attributes: ObjectAttributes,
}

/// A part that was uploaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PartRow {
    pub number: i32,
    pub body: Body,
    /// Without quotes.
    pub e_tag: String,
    pub modified: Timestamp,
    pub checksums: BTreeMap<String, String>,
}

/// Which version an upload became.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CompletedUpload {
    pub bucket: String,
    pub key: String,
    pub version_id: String,
}

impl Transaction<'_> {
    pub fn insert_upload(&self, bucket: &str, upload: &UploadRow) -> Result<()> {
        let sql = "INSERT INTO uploads VALUES (?1, ?2, ?3, ?4, ?5)";
        let UploadRow { key, upload_id, initiated, attributes } = upload;
        let values = (bucket, key, upload_id, initiated.as_millis(), serde_json::to_string(attributes)?);
        self.sql.prepare_cached(sql)?.execute(values)?;
        Ok(())
    }

    pub fn find_upload(&self, bucket: &str, key: &str, upload_id: &str) -> Result<Option<UploadRow>> {
        let sql = "SELECT * FROM uploads WHERE bucket = ?1 AND key = ?2 AND upload_id = ?3";
        let mut statement = self.sql.prepare_cached(sql)?;
        let upload = statement.query_row((bucket, key, upload_id), |row| Ok(upload_row(row)));
        upload.optional()?.transpose()
    }

    /// Up to `limit` uploads of a bucket, by key and id, after one of them.
    pub fn uploads_after(
        &self,
        bucket: &str,
        (key, upload_id): (&str, &str),
        limit: usize,
    ) -> Result<Vec<UploadRow>> {
        let sql = "SELECT * FROM uploads WHERE bucket = ?1 AND (key, upload_id) > (?2, ?3) \
                   ORDER BY key, upload_id LIMIT ?4";
        let mut statement = self.sql.prepare_cached(sql)?;
        let mut rows = statement.query((bucket, key, upload_id, limit as i64))?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            found.push(upload_row(row)?);
        }
        Ok(found)
    }

    /// Removes an upload with its parts; their bodies are the caller's.
    pub fn delete_upload(&self, bucket: &str, upload: &UploadRow) -> Result<()> {
        let sql = "DELETE FROM uploads WHERE bucket = ?1 AND key = ?2 AND upload_id = ?3";
        self.sql.prepare_cached(sql)?.execute((bucket, &upload.key, &upload.upload_id))?;
        self.sql.prepare_cached("DELETE FROM parts WHERE upload_id = ?1")?.execute([&upload.upload_id])?;
        Ok(())
    }

    pub fn upsert_part(&self, upload_id: &str, part: &PartRow) -> Result<()> {
        let sql = "INSERT OR REPLACE INTO parts VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
        self.sql.prepare_cached(sql)?.execute(params![
            upload_id,
            part.number,
            part.body.id.0 as i64,
            pieces_text(&part.body)?,
            part.body.size as i64,
            &part.e_tag,
            part.modified.as_millis(),
            serde_json::to_string(&part.checksums)?,
        ])?;
        Ok(())
    }

    pub fn find_part(&self, upload_id: &str, number: i32) -> Result<Option<PartRow>> {
        let sql = "SELECT * FROM parts WHERE upload_id = ?1 AND part_number = ?2";
        let mut statement = self.sql.prepare_cached(sql)?;
        let part = statement.query_row((upload_id, number), |row| Ok(part_row(row)));
        part.optional()?.transpose()
    }

    /// The parts of an upload, by number.
    pub fn parts(&self, upload_id: &str) -> Result<Vec<PartRow>> {
        let sql = "SELECT * FROM parts WHERE upload_id = ?1 ORDER BY part_number";
        let mut statement = self.sql.prepare_cached(sql)?;
        let mut rows = statement.query([upload_id])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            found.push(part_row(row)?);
        }
        Ok(found)
    }

    pub fn insert_completed_upload(&self, upload_id: &str, completed: &CompletedUpload) -> Result<()> {
        let sql = "INSERT OR REPLACE INTO completed_uploads VALUES (?1, ?2, ?3, ?4)";
        let CompletedUpload { bucket, key, version_id } = completed;
        self.sql.prepare_cached(sql)?.execute((upload_id, bucket, key, version_id))?;
        Ok(())
    }

    pub fn completed_upload(&self, upload_id: &str) -> Result<Option<CompletedUpload>> {
        let sql = "SELECT bucket, key, version_id FROM completed_uploads WHERE upload_id = ?1";
        let mut statement = self.sql.prepare_cached(sql)?;
        let completed = statement.query_row([upload_id], |row| {
            Ok(CompletedUpload { bucket: row.get(0)?, key: row.get(1)?, version_id: row.get(2)? })
        });
        Ok(completed.optional()?)
    }
}

fn upload_row(row: &Row<'_>) -> Result<UploadRow> {
    let attributes: String = row.get("attributes")?;
    Ok(UploadRow {
        key: row.get("key")?,
        upload_id: row.get("upload_id")?,
        initiated: Timestamp::from_millis(row.get("initiated_ms")?),
        attributes: serde_json::from_str(&attributes)?,
    })
}

fn part_row(row: &Row<'_>) -> Result<PartRow> {
    let checksums: String = row.get("checksums")?;
    Ok(PartRow {
        number: row.get("part_number")?,
        body: body_of(row)?.expect("the schema has every part have a body"),
        e_tag: row.get("e_tag")?,
        modified: Timestamp::from_millis(row.get("modified_ms")?),
        checksums: serde_json::from_str(&checksums)?,
    })
}
