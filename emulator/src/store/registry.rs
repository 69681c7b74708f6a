//! The Schema Registry: registries, schemas, their versions, and what is noted about these.

use rusqlite::{OptionalExtension, Row};

use super::{Result, Transaction};
use crate::time::Timestamp;

/// A registry.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct RegistryRow {
    pub name: String,
    pub description: Option<String>,
    pub created: Timestamp,
    pub updated: Timestamp,
}

/// A schema of a registry.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct SchemaRow {
    pub registry: String,
    pub name: String,
    pub description: Option<String>,
    pub data_format: String,
    pub compatibility: String,
    /// The version that new ones were last compared with from.
    pub checkpoint: i64,
    /// Number of the version that comes next.
    pub version_next: i64,
    pub created: Timestamp,
    pub updated: Timestamp,
}

/// A version of a schema.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct SchemaVersionRow {
    pub id: String,
    pub registry: String,
    pub schema: String,
    pub number: i64,
    pub definition: String,
    pub created: Timestamp,
}

/// A key and a value, noted about a version of a schema.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct MetadataRow {
    pub key: String,
    pub value: String,
    pub created: Timestamp,
}

impl Transaction<'_> {
    /// Creates a registry; `false` when it was there.
    pub fn insert_registry(&self, registry: &RegistryRow) -> Result<bool> {
        let sql = "INSERT INTO registries VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING";
        let RegistryRow { name, description, created, updated } = registry;
        let values = (name, description, created.as_millis(), updated.as_millis());
        Ok(self.sql.prepare_cached(sql)?.execute(values)? == 1)
    }

    /// Replaces the description of a registry.
    pub fn update_registry(&self, registry: &RegistryRow) -> Result<()> {
        let sql = "UPDATE registries SET description = ?2, updated_ms = ?3 WHERE name = ?1";
        let values = (&registry.name, &registry.description, registry.updated.as_millis());
        self.sql.prepare_cached(sql)?.execute(values)?;
        Ok(())
    }

    pub fn find_registry(&self, name: &str) -> Result<Option<RegistryRow>> {
        let sql = "SELECT * FROM registries WHERE name = ?1";
        Ok(self.sql.prepare_cached(sql)?.query_row([name], registry_row).optional()?)
    }

    /// Up to `limit` registries after the one named `after`, by name.
    pub fn list_registries(&self, after: &str, limit: usize) -> Result<Vec<RegistryRow>> {
        let sql = "SELECT * FROM registries WHERE name > ?1 ORDER BY name LIMIT ?2";
        let mut statement = self.sql.prepare_cached(sql)?;
        let rows = statement.query_map((after, limit as i64), registry_row)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// How many registries there are.
    pub fn count_registries(&self) -> Result<i64> {
        Ok(self.sql.prepare_cached("SELECT count(*) FROM registries")?.query_row((), |row| row.get(0))?)
    }

    /// Deletes a registry that has no schemas any more.
    pub fn delete_registry(&self, name: &str) -> Result<()> {
        self.sql.prepare_cached("DELETE FROM registries WHERE name = ?1")?.execute([name])?;
        Ok(())
    }

    /// Creates a schema; `false` when it was there.
    pub fn insert_schema(&self, schema: &SchemaRow) -> Result<bool> {
        let sql =
            "INSERT INTO registry_schemas VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT DO NOTHING";
        let inserted = self.sql.prepare_cached(sql)?.execute((
            &schema.registry,
            &schema.name,
            &schema.description,
            &schema.data_format,
            &schema.compatibility,
            schema.checkpoint,
            schema.version_next,
            schema.created.as_millis(),
            schema.updated.as_millis(),
        ))?;
        Ok(inserted == 1)
    }

    /// Replaces what may change of a schema.
    pub fn update_schema(&self, schema: &SchemaRow) -> Result<()> {
        let sql = "UPDATE registry_schemas SET description = ?3, compatibility = ?4, checkpoint = ?5, \
                   version_next = ?6, updated_ms = ?7 WHERE registry = ?1 AND name = ?2";
        self.sql.prepare_cached(sql)?.execute((
            &schema.registry,
            &schema.name,
            &schema.description,
            &schema.compatibility,
            schema.checkpoint,
            schema.version_next,
            schema.updated.as_millis(),
        ))?;
        Ok(())
    }

    pub fn find_schema(&self, registry: &str, name: &str) -> Result<Option<SchemaRow>> {
        let sql = "SELECT * FROM registry_schemas WHERE registry = ?1 AND name = ?2";
        Ok(self.sql.prepare_cached(sql)?.query_row((registry, name), schema_row).optional()?)
    }

    /// Up to `limit` schemas after the one of these names, by registry and name; of one registry where it is named.
    pub fn list_schemas(
        &self,
        registry: Option<&str>,
        after: &(String, String),
        limit: usize,
    ) -> Result<Vec<SchemaRow>> {
        let sql = "SELECT * FROM registry_schemas WHERE (?1 IS NULL OR registry = ?1) \
                   AND (registry, name) > (?2, ?3) ORDER BY registry, name LIMIT ?4";
        let mut statement = self.sql.prepare_cached(sql)?;
        let rows = statement.query_map((registry, &after.0, &after.1, limit as i64), schema_row)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// How many schemas there are, in all registries.
    pub fn count_schemas(&self) -> Result<i64> {
        Ok(self
            .sql
            .prepare_cached("SELECT count(*) FROM registry_schemas")?
            .query_row((), |row| row.get(0))?)
    }

    /// Deletes a schema with its versions.
    pub fn delete_schema(&self, registry: &str, name: &str) -> Result<()> {
        for sql in [
            "DELETE FROM schema_version_metadata WHERE version_id IN \
             (SELECT version_id FROM schema_versions WHERE registry = ?1 AND schema_name = ?2)",
            "DELETE FROM schema_versions WHERE registry = ?1 AND schema_name = ?2",
            "DELETE FROM registry_schemas WHERE registry = ?1 AND name = ?2",
        ] {
            self.sql.prepare_cached(sql)?.execute((registry, name))?;
        }
        Ok(())
    }

    /// Adds a version to a schema.
    pub fn insert_schema_version(&self, version: &SchemaVersionRow) -> Result<()> {
        let sql = "INSERT INTO schema_versions VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        self.sql.prepare_cached(sql)?.execute((
            &version.id,
            &version.registry,
            &version.schema,
            version.number,
            &version.definition,
            version.created.as_millis(),
        ))?;
        Ok(())
    }

    pub fn find_schema_version(&self, id: &str) -> Result<Option<SchemaVersionRow>> {
        let sql = "SELECT * FROM schema_versions WHERE version_id = ?1";
        Ok(self.sql.prepare_cached(sql)?.query_row([id], version_row).optional()?)
    }

    /// The versions of a schema after the one numbered `after`, in order.
    pub fn list_schema_versions(&self, schema: &SchemaRow, after: i64) -> Result<Vec<SchemaVersionRow>> {
        let sql = "SELECT * FROM schema_versions \
                   WHERE registry = ?1 AND schema_name = ?2 AND version > ?3 ORDER BY version";
        let mut statement = self.sql.prepare_cached(sql)?;
        let rows = statement.query_map((&schema.registry, &schema.name, after), version_row)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// How many versions all schemas have.
    pub fn count_schema_versions(&self) -> Result<i64> {
        Ok(self
            .sql
            .prepare_cached("SELECT count(*) FROM schema_versions")?
            .query_row((), |row| row.get(0))?)
    }

    /// Deletes a version of a schema.
    pub fn delete_schema_version(&self, id: &str) -> Result<()> {
        self.sql
            .prepare_cached("DELETE FROM schema_version_metadata WHERE version_id = ?1")?
            .execute([id])?;
        self.sql.prepare_cached("DELETE FROM schema_versions WHERE version_id = ?1")?.execute([id])?;
        Ok(())
    }

    /// Notes a key and a value about a version; `false` when they were noted already.
    pub fn insert_schema_metadata(&self, version_id: &str, entry: &MetadataRow) -> Result<bool> {
        let sql = "INSERT INTO schema_version_metadata (version_id, metadata_key, metadata_value, created_ms) \
                   VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING";
        let values = (version_id, &entry.key, &entry.value, entry.created.as_millis());
        Ok(self.sql.prepare_cached(sql)?.execute(values)? == 1)
    }

    /// What is noted about a version, in the order in which it came.
    pub fn list_schema_metadata(&self, version_id: &str) -> Result<Vec<MetadataRow>> {
        let sql = "SELECT * FROM schema_version_metadata WHERE version_id = ?1 ORDER BY entry_id";
        let mut statement = self.sql.prepare_cached(sql)?;
        let rows = statement.query_map([version_id], metadata_row)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Forgets a key and a value noted about a version; `false` when they were not.
    pub fn delete_schema_metadata(&self, version_id: &str, key: &str, value: &str) -> Result<bool> {
        let sql = "DELETE FROM schema_version_metadata \
                   WHERE version_id = ?1 AND metadata_key = ?2 AND metadata_value = ?3";
        Ok(self.sql.prepare_cached(sql)?.execute((version_id, key, value))? == 1)
    }
}

fn registry_row(row: &Row<'_>) -> rusqlite::Result<RegistryRow> {
    Ok(RegistryRow {
        name: row.get("name")?,
        description: row.get("description")?,
        created: Timestamp::from_millis(row.get("created_ms")?),
        updated: Timestamp::from_millis(row.get("updated_ms")?),
    })
}

fn schema_row(row: &Row<'_>) -> rusqlite::Result<SchemaRow> {
    Ok(SchemaRow {
        registry: row.get("registry")?,
        name: row.get("name")?,
        description: row.get("description")?,
        data_format: row.get("data_format")?,
        compatibility: row.get("compatibility")?,
        checkpoint: row.get("checkpoint")?,
        version_next: row.get("version_next")?,
        created: Timestamp::from_millis(row.get("created_ms")?),
        updated: Timestamp::from_millis(row.get("updated_ms")?),
    })
}

fn version_row(row: &Row<'_>) -> rusqlite::Result<SchemaVersionRow> {
    Ok(SchemaVersionRow {
        id: row.get("version_id")?,
        registry: row.get("registry")?,
        schema: row.get("schema_name")?,
        number: row.get("version")?,
        definition: row.get("definition")?,
        created: Timestamp::from_millis(row.get("created_ms")?),
    })
}

fn metadata_row(row: &Row<'_>) -> rusqlite::Result<MetadataRow> {
    Ok(MetadataRow {
        key: row.get("metadata_key")?,
        value: row.get("metadata_value")?,
        created: Timestamp::from_millis(row.get("created_ms")?),
    })
}
