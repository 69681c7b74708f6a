//! Queries that are kept: named ones, and prepared statements.

use rusqlite::OptionalExtension;

use super::{Result, Transaction};
use crate::athena::{NamedQuery, PreparedStatement};

impl Transaction<'_> {
    pub fn insert_named_query(&self, query: &NamedQuery, token: Option<&str>) -> Result<()> {
        let sql = "INSERT INTO named_queries VALUES (?1, ?2, ?3, ?4)";
        let json = serde_json::to_string(query)?;
        self.sql.prepare_cached(sql)?.execute((&query.named_query_id, &query.work_group, token, json))?;
        Ok(())
    }

    pub fn update_named_query(&self, query: &NamedQuery) -> Result<()> {
        let sql = "UPDATE named_queries SET named_query = ?2 WHERE query_id = ?1";
        self.sql.prepare_cached(sql)?.execute((&query.named_query_id, serde_json::to_string(query)?))?;
        Ok(())
    }

    pub fn find_named_query(&self, id: &str) -> Result<Option<NamedQuery>> {
        self.one("SELECT named_query FROM named_queries WHERE query_id = ?1", id)
    }

    /// The query that a client has named with a token.
    pub fn named_query_of_token(&self, token: &str) -> Result<Option<NamedQuery>> {
        self.one("SELECT named_query FROM named_queries WHERE request_token = ?1", token)
    }

    /// Up to `limit` ids of a work group's named queries after one, by id.
    pub fn list_named_queries(&self, work_group: &str, after: &str, limit: usize) -> Result<Vec<String>> {
        let sql = "SELECT query_id FROM named_queries WHERE work_group = ?1 AND query_id > ?2 \
                   ORDER BY query_id LIMIT ?3";
        let mut statement = self.sql.prepare_cached(sql)?;
        let ids = statement.query_map((work_group, after, limit as i64), |row| row.get(0))?;
        Ok(ids.collect::<rusqlite::Result<_>>()?)
    }

    pub fn delete_named_query(&self, id: &str) -> Result<()> {
        self.sql.prepare_cached("DELETE FROM named_queries WHERE query_id = ?1")?.execute([id])?;
        Ok(())
    }

    /// Creates or replaces a prepared statement.
    pub fn put_prepared_statement(&self, statement: &PreparedStatement) -> Result<()> {
        let sql = "INSERT OR REPLACE INTO prepared_statements VALUES (?1, ?2, ?3)";
        let json = serde_json::to_string(statement)?;
        let key = (&statement.work_group_name, &statement.statement_name);
        self.sql.prepare_cached(sql)?.execute((key.0, key.1, json))?;
        Ok(())
    }

    /// Up to `limit` prepared statements of a work group after one, by name.
    pub fn list_prepared_statements(
        &self,
        work_group: &str,
        after: &str,
        limit: usize,
    ) -> Result<Vec<PreparedStatement>> {
        let sql = "SELECT statement FROM prepared_statements WHERE work_group = ?1 AND name > ?2 \
                   ORDER BY name LIMIT ?3";
        let mut statement = self.sql.prepare_cached(sql)?;
        let texts = statement.query_map((work_group, after, limit as i64), |row| row.get::<_, String>(0))?;
        texts.map(|text| Ok(serde_json::from_str(&text?)?)).collect()
    }

    pub fn find_prepared_statement(&self, work_group: &str, name: &str) -> Result<Option<PreparedStatement>> {
        let sql = "SELECT statement FROM prepared_statements WHERE work_group = ?1 AND name = ?2";
        let mut statement = self.sql.prepare_cached(sql)?;
        let text: Option<String> = statement.query_row((work_group, name), |row| row.get(0)).optional()?;
        Ok(text.map(|text| serde_json::from_str(&text)).transpose()?)
    }

    pub fn delete_prepared_statement(&self, work_group: &str, name: &str) -> Result<()> {
        let sql = "DELETE FROM prepared_statements WHERE work_group = ?1 AND name = ?2";
        self.sql.prepare_cached(sql)?.execute((work_group, name))?;
        Ok(())
    }

    /// Whether a work group has named queries or prepared statements.
    pub fn keeps_queries(&self, work_group: &str) -> Result<bool> {
        let sql = "SELECT 1 FROM named_queries WHERE work_group = ?1 \
                   UNION ALL SELECT 1 FROM prepared_statements WHERE work_group = ?1";
        Ok(self.sql.prepare_cached(sql)?.exists([work_group])?)
    }

    /// Removes the named queries and prepared statements of a work group.
    pub fn delete_queries_of(&self, work_group: &str) -> Result<()> {
        for table in ["named_queries", "prepared_statements"] {
            let sql = format!("DELETE FROM {table} WHERE work_group = ?1");
            self.sql.prepare_cached(&sql)?.execute([work_group])?;
        }
        Ok(())
    }
}
