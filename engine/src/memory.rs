//! Test doubles of the ports: objects and a catalog in maps, which note every call and can fail at any of them.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use bytes::Bytes;

use crate::ports::{
    BatchTables, Catalog, NewTable, ObjectStore, PortResult, StoredPartition, StoredTable, TableDefinition,
    joined,
};

#[derive(Debug, Default)]
struct Inner {
    objects: BTreeMap<String, Bytes>,
    calls: Vec<String>,
    /// Calls that still succeed.
    left: Option<usize>,
}

/// Objects under keys, shared by all clones.
#[derive(Debug, Clone, Default)]
pub(crate) struct MemoryStore(Rc<RefCell<Inner>>);

impl MemoryStore {
    /// Every key in byte order.
    pub(crate) fn keys(&self) -> Vec<String> {
        self.0.borrow().objects.keys().cloned().collect()
    }

    /// The calls since the last time, such as `get a/b`.
    pub(crate) fn take_calls(&self) -> Vec<String> {
        std::mem::take(&mut self.0.borrow_mut().calls)
    }

    /// From now on so many changes succeed, and all later ones fail; `None`: all succeed.
    pub(crate) fn fail_after(&self, changes: Option<usize>) {
        self.0.borrow_mut().left = changes;
    }

    fn call(&self, name: &str, key: &str) -> PortResult<()> {
        let mut inner = self.0.borrow_mut();
        inner.calls.push(format!("{name} {key}"));
        match &mut inner.left {
            Some(0) if name == "put" || name == "delete" => Err("the process is dead".into()),
            Some(left) if name == "put" || name == "delete" => {
                *left -= 1;
                Ok(())
            }
            _ => Ok(()),
        }
    }
}

impl ObjectStore for MemoryStore {
    fn put_pieces(&mut self, key: &str, pieces: Vec<Bytes>) -> PortResult<()> {
        self.call("put", key)?;
        self.0.borrow_mut().objects.insert(key.to_owned(), joined(pieces));
        Ok(())
    }

    fn get(&mut self, key: &str) -> PortResult<Option<Bytes>> {
        self.call("get", key)?;
        Ok(self.0.borrow().objects.get(key).cloned())
    }

    fn delete(&mut self, key: &str) -> PortResult<()> {
        self.call("delete", key)?;
        self.0.borrow_mut().objects.remove(key);
        Ok(())
    }

    fn list(&mut self, prefix: &str) -> PortResult<Vec<String>> {
        self.call("list", prefix)?;
        Ok(self.0.borrow().objects.keys().filter(|key| key.starts_with(prefix)).cloned().collect())
    }
}

/// Locations of partitions by table and values.
type Partitions = BTreeMap<(String, Vec<String>), String>;

/// Tables that were created, and their partitions with locations; shared by all clones.
#[derive(Debug, Clone, Default)]
pub(crate) struct MemoryCatalog {
    pub(crate) tables: Rc<RefCell<Vec<TableDefinition>>>,
    pub(crate) partitions: Rc<RefCell<Partitions>>,
}

impl Catalog for MemoryCatalog {
    fn ensure_table(&mut self, table: &TableDefinition) -> PortResult<()> {
        let mut tables = self.tables.borrow_mut();
        if !tables.iter().any(|t| (&t.database, &t.table) == (&table.database, &table.table)) {
            tables.push(table.clone());
        }
        Ok(())
    }

    fn ensure_partitions(
        &mut self,
        table: &TableDefinition,
        partitions: &BTreeMap<Vec<String>, String>,
    ) -> PortResult<()> {
        for (values, location) in partitions {
            let key = (format!("{}.{}", table.database, table.table), values.clone());
            self.partitions.borrow_mut().entry(key).or_insert_with(|| location.clone());
        }
        Ok(())
    }
}

/// Tables that jobs read and write, with the partitions of a [`MemoryCatalog`].
#[derive(Debug, Clone, Default)]
pub(crate) struct MemoryTables {
    pub(crate) tables: Vec<StoredTable>,
    pub(crate) catalog: MemoryCatalog,
    /// What [`BatchTables::only`] says, by table.
    pub(crate) only: BTreeMap<String, Vec<String>>,
    /// Where tables go that do not exist.
    pub(crate) new: Option<NewTable>,
}

impl BatchTables for MemoryTables {
    fn table(&mut self, database: Option<&str>, table: &str) -> PortResult<Option<StoredTable>> {
        if table == "unreachable" {
            return Err("no connection".into());
        }
        let database = database.unwrap_or("lake");
        let called = |t: &&StoredTable| {
            t.table.eq_ignore_ascii_case(table) && t.database.eq_ignore_ascii_case(database)
        };
        Ok(self.tables.iter().find(called).cloned())
    }

    fn names(&mut self) -> PortResult<Vec<String>> {
        Ok(self.tables.iter().map(|t| format!("{}.{}", t.database, t.table)).collect())
    }

    fn partitions(&mut self, table: &StoredTable) -> PortResult<Vec<StoredPartition>> {
        let name = format!("{}.{}", table.database, table.table);
        let partitions = self.catalog.partitions.borrow();
        let own = partitions.iter().filter(|((table, _), _)| *table == name);
        Ok(own
            .map(|((_, values), location)| StoredPartition {
                values: values.clone(),
                location: location.clone(),
            })
            .collect())
    }

    fn only(&mut self, table: &StoredTable) -> PortResult<Option<Vec<String>>> {
        Ok(self.only.get(&table.table).cloned())
    }

    fn new_table(&mut self, _: Option<&str>, table: &str) -> PortResult<Option<NewTable>> {
        let named = |new: NewTable| NewTable { location: format!("{}{table}/", new.location), ..new };
        Ok(self.new.clone().map(named))
    }
}
