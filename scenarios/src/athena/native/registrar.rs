//! Which functions a database is to know: to register all of them takes longer than most queries, so that a database
//! learns those alone that its SQL names.

use std::cell::RefCell;
use std::collections::BTreeSet;

use duckdb::Connection;

use super::{FUNCTIONS, MACROS};

/// Begins the names of all functions that are ours.
const PREFIX: &str = "wt_";

/// A database that functions offer themselves to.
pub struct Registrar<'c> {
    pub(super) connection: &'c Connection,
    wanted: &'c BTreeSet<String>,
}

impl Registrar<'_> {
    /// Whether a function is to be registered.
    pub(super) fn wants(&self, name: &str) -> bool {
        self.wanted.contains(name)
    }
}

/// The functions that a database knows.
#[derive(Debug, Default)]
pub struct Functions {
    known: RefCell<BTreeSet<String>>,
}

impl Functions {
    /// Registers the functions that `sql` names, and those that they stand on, as far as they are not known yet.
    ///
    /// # Errors
    /// When DuckDB refuses one.
    pub fn teach(&self, connection: &Connection, sql: &str) -> duckdb::Result<()> {
        let mut known = self.known.borrow_mut();
        let (mut wanted, mut macros) = (BTreeSet::new(), Vec::new());
        for name in names(sql) {
            gather(name, &known, &mut wanted, &mut macros);
        }
        if wanted.is_empty() {
            return Ok(());
        }
        let registrar = Registrar { connection, wanted: &wanted };
        FUNCTIONS.iter().try_for_each(|register| register(&registrar))?;
        for text in macros {
            connection.execute_batch(&format!("CREATE OR REPLACE MACRO {text}"))?;
        }
        known.append(&mut wanted);
        Ok(())
    }
}

/// A name and the names that it stands on; macros behind those.
fn gather(
    name: &str,
    known: &BTreeSet<String>,
    wanted: &mut BTreeSet<String>,
    macros: &mut Vec<&'static str>,
) {
    if known.contains(name) || !wanted.insert(name.to_owned()) {
        return;
    }
    if let Some(text) = macros_of(MACROS).find(|text| names(text).next() == Some(name)) {
        for name in names(text).skip(1) {
            gather(name, known, wanted, macros);
        }
        macros.push(text);
    }
}

/// Texts of macros, each from its name on.
fn macros_of(all: &'static [&'static str]) -> impl Iterator<Item = &'static str> {
    all.iter().flat_map(|text| text.split("CREATE MACRO ").skip(1))
}

/// Names of our functions in a text, and whatever looks like one.
fn names(sql: &str) -> impl Iterator<Item = &str> {
    sql.match_indices(PREFIX).map(|(at, _)| {
        let rest = &sql[at..];
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        &rest[..end.unwrap_or(rest.len())]
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_macro_brings_what_it_stands_on() {
        let connection = Connection::open_in_memory().unwrap();
        let functions = Functions::default();
        for _ in 0..2 {
            functions.teach(&connection, "SELECT wt_subscript([1], 1)").unwrap();
        }
        let known = functions.known.borrow().iter().cloned().collect::<Vec<_>>();
        assert_eq!(known, ["wt_fail", "wt_subscript", "wt_when"]);
        let one: i32 = connection.query_row("SELECT wt_subscript([1], 1)", [], |row| row.get(0)).unwrap();
        assert_eq!(one, 1);
    }

    #[test]
    fn every_macro_can_be_made() {
        let connection = Connection::open_in_memory().unwrap();
        let functions = Functions::default();
        for text in macros_of(MACROS) {
            functions.teach(&connection, names(text).next().unwrap()).unwrap();
        }
    }
}
