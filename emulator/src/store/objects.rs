//! What is known of objects besides their content: every version of every key.

use rusqlite::{OptionalExtension, Row, params};

use super::object_attributes::ObjectAttributes;
use super::{Body, BodyId, ETag, Piece, Result, Transaction};
use crate::time::Timestamp;

/// The rank of the version that a key has now.
const CURRENT: i64 = i64::MIN;

/// Stands for the ETag of a body that is held in memory until somebody asks for it; never written where bodies last.
const TO_BE_DIGESTED: &str = "";

/// A version of an object, without its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ObjectRow {
    pub key: String,
    /// `null` where the bucket had no versioning.
    pub version_id: String,
    /// Where its content is; a delete marker has none.
    pub body: Option<Body>,
    pub e_tag: ETag,
    pub modified: Timestamp,
    pub attributes: ObjectAttributes,
    /// Orders the versions of a key, newest first.
    pub rank: i64,
}

impl ObjectRow {
    /// Whether it is the version that its key has now.
    pub fn is_current(&self) -> bool {
        self.rank == CURRENT
    }

    /// Bytes of its content.
    pub fn size(&self) -> u64 {
        self.body.as_ref().map_or(0, |body| body.size)
    }
}

impl Transaction<'_> {
    /// Stores a version as the one that its key has now; the others stay behind it.
    pub fn push_object(&self, bucket: &str, object: &ObjectRow) -> Result<()> {
        self.demote_current(bucket, &object.key)?;
        let sql = "INSERT INTO objects VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
        let body = object.body.as_ref();
        self.sql.prepare_cached(sql)?.execute(params![
            bucket,
            &object.key,
            CURRENT,
            &object.version_id,
            body.map(|body| body.id.0 as i64),
            body.map(pieces_text).transpose()?.flatten(),
            object.size() as i64,
            object.e_tag.known().unwrap_or(TO_BE_DIGESTED),
            object.modified.as_millis(),
            serde_json::to_string(&object.attributes)?,
        ])?;
        Ok(())
    }

    fn demote_current(&self, bucket: &str, key: &str) -> Result<()> {
        let sql = "UPDATE objects SET rank = (SELECT coalesce(min(rank), 0) - 1 FROM objects \
                   WHERE bucket = ?1 AND key = ?2 AND rank > ?3) \
                   WHERE bucket = ?1 AND key = ?2 AND rank = ?3";
        self.sql.prepare_cached(sql)?.execute((bucket, key, CURRENT))?;
        Ok(())
    }

    /// Stores other attributes of a version that is there.
    pub fn update_object_attributes(&self, bucket: &str, object: &ObjectRow) -> Result<()> {
        let sql = "UPDATE objects SET attributes = ?4 WHERE bucket = ?1 AND key = ?2 AND rank = ?3";
        let attributes = serde_json::to_string(&object.attributes)?;
        self.sql.prepare_cached(sql)?.execute((bucket, &object.key, object.rank, attributes))?;
        Ok(())
    }

    /// The version that a key has now, which may be a delete marker.
    pub fn current_object(&self, bucket: &str, key: &str) -> Result<Option<ObjectRow>> {
        let sql = "SELECT * FROM objects WHERE bucket = ?1 AND key = ?2 AND rank = ?3";
        self.object(sql, (bucket, key, CURRENT))
    }

    /// One version of a key.
    pub fn object_version(&self, bucket: &str, key: &str, version_id: &str) -> Result<Option<ObjectRow>> {
        let sql = "SELECT * FROM objects WHERE bucket = ?1 AND key = ?2 AND version_id = ?3";
        self.object(sql, (bucket, key, version_id))
    }

    /// Up to `limit` keys with what they have now, from `key` on, in byte order; no delete markers.
    pub fn current_objects_from(&self, bucket: &str, key: &str, limit: usize) -> Result<Vec<ObjectRow>> {
        let sql = "SELECT * FROM objects WHERE bucket = ?1 AND key >= ?2 AND rank = ?3 AND body_id IS NOT NULL \
                   ORDER BY key LIMIT ?4";
        self.objects(sql, (bucket, key, CURRENT, limit as i64))
    }

    /// Up to `limit` versions, by key and newest first, from one of a key on.
    pub fn object_versions_from(
        &self,
        bucket: &str,
        (key, rank): (&str, i64),
        limit: usize,
    ) -> Result<Vec<ObjectRow>> {
        let sql =
            "SELECT * FROM objects WHERE bucket = ?1 AND (key, rank) >= (?2, ?3) ORDER BY key, rank LIMIT ?4";
        self.objects(sql, (bucket, key, rank, limit as i64))
    }

    /// How many keys of a bucket have an object now, and the bytes of these.
    pub fn count_objects(&self, bucket: &str) -> Result<(u64, u64)> {
        let sql = "SELECT count(*), coalesce(sum(size_bytes), 0) FROM objects \
                   WHERE bucket = ?1 AND rank = ?2 AND body_id IS NOT NULL";
        let mut statement = self.sql.prepare_cached(sql)?;
        let counts = statement
            .query_row((bucket, CURRENT), |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?)))?;
        Ok((counts.0 as u64, counts.1 as u64))
    }

    /// Removes a version; what is then the newest is what its key has now.
    pub fn delete_object_row(&self, bucket: &str, object: &ObjectRow) -> Result<()> {
        let sql = "DELETE FROM objects WHERE bucket = ?1 AND key = ?2 AND rank = ?3";
        self.sql.prepare_cached(sql)?.execute((bucket, &object.key, object.rank))?;
        if object.is_current() {
            let sql = "UPDATE objects SET rank = ?3 WHERE bucket = ?1 AND key = ?2 AND rank = \
                       (SELECT min(rank) FROM objects WHERE bucket = ?1 AND key = ?2)";
            self.sql.prepare_cached(sql)?.execute((bucket, &object.key, CURRENT))?;
        }
        Ok(())
    }

    fn object(&self, sql: &str, values: impl rusqlite::Params) -> Result<Option<ObjectRow>> {
        let mut statement = self.sql.prepare_cached(sql)?;
        statement.query_row(values, |row| Ok(self.object_row(row))).optional()?.transpose()
    }

    fn objects(&self, sql: &str, values: impl rusqlite::Params) -> Result<Vec<ObjectRow>> {
        let mut statement = self.sql.prepare_cached(sql)?;
        let mut rows = statement.query(values)?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            found.push(self.object_row(row)?);
        }
        Ok(found)
    }

    fn object_row(&self, row: &Row<'_>) -> Result<ObjectRow> {
        let attributes = row.get_ref("attributes")?.as_str().map_err(rusqlite::Error::from)?;
        let body = body_of(row)?;
        let e_tag: String = row.get("e_tag")?;
        let held = body.as_ref().filter(|_| e_tag == TO_BE_DIGESTED);
        let held = held.and_then(|body| self.e_tag_of_held(body));
        Ok(ObjectRow {
            key: row.get("key")?,
            version_id: row.get("version_id")?,
            body,
            e_tag: held.unwrap_or(ETag::Known(e_tag)),
            modified: Timestamp::from_millis(row.get("modified_ms")?),
            attributes: serde_json::from_str(attributes)?,
            rank: row.get("rank")?,
        })
    }
}

pub(super) fn pieces_text(body: &Body) -> Result<Option<String>> {
    Ok(body.pieces.as_ref().map(serde_json::to_string).transpose()?)
}

/// The body that a row of objects or parts points to.
pub(super) fn body_of(row: &Row<'_>) -> Result<Option<Body>> {
    let Some(id) = row.get::<_, Option<i64>>("body_id")? else { return Ok(None) };
    let pieces: Option<String> = row.get("pieces")?;
    let pieces: Option<Vec<Piece>> = pieces.map(|text| serde_json::from_str(&text)).transpose()?;
    Ok(Some(Body { id: BodyId(id as u64), size: row.get::<_, i64>("size_bytes")? as u64, pieces }))
}
