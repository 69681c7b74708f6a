//! Policies on the Data Catalog and what is in it, by ARN.

use rusqlite::{OptionalExtension, Row};

use super::{Result, Transaction};
use crate::time::Timestamp;

/// A policy.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct PolicyRow {
    pub resource: String,
    pub policy: String,
    pub created: Timestamp,
    pub updated: Timestamp,
}

impl Transaction<'_> {
    /// Sets the policy of a resource.
    pub fn set_catalog_policy(&self, row: &PolicyRow) -> Result<()> {
        let sql = "INSERT OR REPLACE INTO catalog_policies VALUES (?1, ?2, ?3, ?4)";
        let values = (&row.resource, &row.policy, row.created.as_millis(), row.updated.as_millis());
        self.sql.prepare_cached(sql)?.execute(values)?;
        Ok(())
    }

    /// The policy of a resource.
    pub fn catalog_policy(&self, resource: &str) -> Result<Option<PolicyRow>> {
        let sql = "SELECT * FROM catalog_policies WHERE resource = ?1";
        Ok(self.sql.prepare_cached(sql)?.query_row([resource], policy_row).optional()?)
    }

    /// Up to `limit` policies after that of the resource `after`, by resource.
    pub fn list_catalog_policies(&self, after: &str, limit: usize) -> Result<Vec<PolicyRow>> {
        let sql = "SELECT * FROM catalog_policies WHERE resource > ?1 ORDER BY resource LIMIT ?2";
        let mut statement = self.sql.prepare_cached(sql)?;
        let rows = statement.query_map((after, limit as i64), policy_row)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Removes the policy of a resource.
    pub fn delete_catalog_policy(&self, resource: &str) -> Result<()> {
        self.sql.prepare_cached("DELETE FROM catalog_policies WHERE resource = ?1")?.execute([resource])?;
        Ok(())
    }
}

fn policy_row(row: &Row<'_>) -> rusqlite::Result<PolicyRow> {
    Ok(PolicyRow {
        resource: row.get("resource")?,
        policy: row.get("policy")?,
        created: Timestamp::from_millis(row.get("created_ms")?),
        updated: Timestamp::from_millis(row.get("updated_ms")?),
    })
}
