//! What resources of any kind have, by their ARNs: tags and policies; and settings of the account.

use std::collections::BTreeMap;

use rusqlite::OptionalExtension;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Result, Transaction};

impl Transaction<'_> {
    /// The tags of a resource, by key.
    pub fn tags(&self, resource: &str) -> Result<BTreeMap<String, String>> {
        let sql = "SELECT key, value FROM tags WHERE resource = ?1";
        let mut statement = self.sql.prepare_cached(sql)?;
        let rows = statement.query_map([resource], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Sets a tag of a resource.
    pub fn set_tag(&self, resource: &str, key: &str, value: &str) -> Result<()> {
        let sql = "INSERT OR REPLACE INTO tags VALUES (?1, ?2, ?3)";
        self.sql.prepare_cached(sql)?.execute((resource, key, value))?;
        Ok(())
    }

    /// Removes a tag of a resource, if it has it.
    pub fn delete_tag(&self, resource: &str, key: &str) -> Result<()> {
        let sql = "DELETE FROM tags WHERE resource = ?1 AND key = ?2";
        self.sql.prepare_cached(sql)?.execute((resource, key))?;
        Ok(())
    }

    /// The policy of a resource.
    pub fn policy(&self, resource: &str) -> Result<Option<String>> {
        let sql = "SELECT policy FROM resource_policies WHERE resource = ?1";
        Ok(self.sql.prepare_cached(sql)?.query_row([resource], |row| row.get(0)).optional()?)
    }

    /// Sets the policy of a resource.
    pub fn set_policy(&self, resource: &str, policy: &str) -> Result<()> {
        let sql = "INSERT OR REPLACE INTO resource_policies VALUES (?1, ?2)";
        self.sql.prepare_cached(sql)?.execute((resource, policy))?;
        Ok(())
    }

    /// Removes the policy of a resource; `false` when it had none.
    pub fn delete_policy(&self, resource: &str) -> Result<bool> {
        let sql = "DELETE FROM resource_policies WHERE resource = ?1";
        Ok(self.sql.prepare_cached(sql)?.execute([resource])? > 0)
    }

    /// Removes tags and policy of a resource that is no more.
    pub fn forget_resource(&self, resource: &str) -> Result<()> {
        self.sql.prepare_cached("DELETE FROM tags WHERE resource = ?1")?.execute([resource])?;
        self.delete_policy(resource)?;
        Ok(())
    }

    /// A setting of the account.
    pub fn account_setting<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>> {
        let sql = "SELECT value FROM account_settings WHERE name = ?1";
        let text: Option<String> =
            self.sql.prepare_cached(sql)?.query_row([name], |row| row.get(0)).optional()?;
        Ok(text.map(|text| serde_json::from_str(&text)).transpose()?)
    }

    /// Changes a setting of the account.
    pub fn set_account_setting<T: Serialize>(&self, name: &str, value: &T) -> Result<()> {
        let sql = "INSERT OR REPLACE INTO account_settings VALUES (?1, ?2)";
        self.sql.prepare_cached(sql)?.execute((name, serde_json::to_string(value)?))?;
        Ok(())
    }
}
