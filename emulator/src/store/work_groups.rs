//! Work groups, data catalogs and capacity reservations.

use rusqlite::OptionalExtension;
use serde::de::DeserializeOwned;

use super::{Result, Transaction};
use crate::athena::{CapacityAssignment, CapacityReservation, DataCatalog, WorkGroup};

impl Transaction<'_> {
    /// Creates or replaces a work group.
    pub fn put_work_group(&self, group: &WorkGroup) -> Result<()> {
        let sql = "INSERT OR REPLACE INTO work_groups VALUES (?1, ?2)";
        self.sql.prepare_cached(sql)?.execute((&group.name, serde_json::to_string(group)?))?;
        Ok(())
    }

    pub fn find_work_group(&self, name: &str) -> Result<Option<WorkGroup>> {
        self.one("SELECT work_group FROM work_groups WHERE name = ?1", name)
    }

    /// All work groups that were made or changed, by name.
    pub fn work_groups(&self) -> Result<Vec<WorkGroup>> {
        self.all("SELECT work_group FROM work_groups ORDER BY name")
    }

    pub fn delete_work_group(&self, name: &str) -> Result<()> {
        self.sql.prepare_cached("DELETE FROM work_groups WHERE name = ?1")?.execute([name])?;
        Ok(())
    }

    /// Creates or replaces a data catalog.
    pub fn put_data_catalog(&self, catalog: &DataCatalog) -> Result<()> {
        let sql = "INSERT OR REPLACE INTO data_catalogs VALUES (?1, ?2)";
        self.sql.prepare_cached(sql)?.execute((&catalog.name, serde_json::to_string(catalog)?))?;
        Ok(())
    }

    pub fn find_data_catalog(&self, name: &str) -> Result<Option<DataCatalog>> {
        self.one("SELECT data_catalog FROM data_catalogs WHERE name = ?1", name)
    }

    /// All data catalogs that were made, by name.
    pub fn data_catalogs(&self) -> Result<Vec<DataCatalog>> {
        self.all("SELECT data_catalog FROM data_catalogs ORDER BY name")
    }

    pub fn delete_data_catalog(&self, name: &str) -> Result<()> {
        self.sql.prepare_cached("DELETE FROM data_catalogs WHERE name = ?1")?.execute([name])?;
        Ok(())
    }

    /// Creates or changes a capacity reservation; assignments stay.
    pub fn put_capacity_reservation(&self, reservation: &CapacityReservation) -> Result<()> {
        let sql = "INSERT INTO capacity_reservations VALUES (?1, ?2, NULL) \
                   ON CONFLICT DO UPDATE SET reservation = excluded.reservation";
        self.sql.prepare_cached(sql)?.execute((&reservation.name, serde_json::to_string(reservation)?))?;
        Ok(())
    }

    pub fn find_capacity_reservation(&self, name: &str) -> Result<Option<CapacityReservation>> {
        self.one("SELECT reservation FROM capacity_reservations WHERE name = ?1", name)
    }

    /// All capacity reservations, by name.
    pub fn capacity_reservations(&self) -> Result<Vec<CapacityReservation>> {
        self.all("SELECT reservation FROM capacity_reservations ORDER BY name")
    }

    pub fn delete_capacity_reservation(&self, name: &str) -> Result<()> {
        self.sql.prepare_cached("DELETE FROM capacity_reservations WHERE name = ?1")?.execute([name])?;
        Ok(())
    }

    pub fn set_capacity_assignments(&self, name: &str, assignments: &[CapacityAssignment]) -> Result<()> {
        let sql = "UPDATE capacity_reservations SET assignments = ?2 WHERE name = ?1";
        self.sql.prepare_cached(sql)?.execute((name, serde_json::to_string(assignments)?))?;
        Ok(())
    }

    /// The work groups that have a reservation; `None` until some are assigned.
    pub fn capacity_assignments(&self, name: &str) -> Result<Option<Vec<CapacityAssignment>>> {
        let sql = "SELECT assignments FROM capacity_reservations WHERE name = ?1 AND assignments IS NOT NULL";
        self.one(sql, name)
    }

    /// The JSON that a row has for a key.
    pub(super) fn one<T: DeserializeOwned>(&self, sql: &str, key: &str) -> Result<Option<T>> {
        let text: Option<String> =
            self.sql.prepare_cached(sql)?.query_row([key], |row| row.get(0)).optional()?;
        Ok(text.map(|text| serde_json::from_str(&text)).transpose()?)
    }

    fn all<T: DeserializeOwned>(&self, sql: &str) -> Result<Vec<T>> {
        let mut statement = self.sql.prepare_cached(sql)?;
        let texts = statement.query_map((), |row| row.get::<_, String>(0))?;
        texts.map(|text| Ok(serde_json::from_str(&text?)?)).collect()
    }
}
