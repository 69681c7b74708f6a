//! User-defined functions of databases.

use rusqlite::{OptionalExtension, Row};

use super::catalog::json;
use super::{Result, Transaction};
use crate::glue::functions::UserDefinedFunctionInput;
use crate::time::Timestamp;

/// A function.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct FunctionRow {
    pub database: String,
    pub name: String,
    pub created: Timestamp,
    pub input: UserDefinedFunctionInput,
}

impl Transaction<'_> {
    /// Creates a function; `false` when it was there.
    pub fn insert_function(&self, function: &FunctionRow) -> Result<bool> {
        let sql = "INSERT INTO functions VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING";
        let input = serde_json::to_string(&function.input)?;
        let values = (&function.database, &function.name, function.created.as_millis(), input);
        Ok(self.sql.prepare_cached(sql)?.execute(values)? == 1)
    }

    /// Replaces what an existing function says.
    pub fn update_function(&self, function: &FunctionRow) -> Result<()> {
        let sql = "UPDATE functions SET input = ?3 WHERE database_name = ?1 AND name = ?2";
        let input = serde_json::to_string(&function.input)?;
        self.sql.prepare_cached(sql)?.execute((&function.database, &function.name, input))?;
        Ok(())
    }

    pub fn find_function(&self, database: &str, name: &str) -> Result<Option<FunctionRow>> {
        let sql = "SELECT * FROM functions WHERE database_name = ?1 AND name = ?2";
        let mut statement = self.sql.prepare_cached(sql)?;
        let function = statement.query_row((database, name), |row| Ok(function_row(row)));
        function.optional()?.transpose()
    }

    /// Every function after the one of these names, by database and name; of one database where it is named.
    pub fn list_functions(
        &self,
        database: Option<&str>,
        after: &(String, String),
    ) -> Result<Vec<FunctionRow>> {
        let sql = "SELECT * FROM functions WHERE (?1 IS NULL OR database_name = ?1) \
                   AND (database_name, name) > (?2, ?3) ORDER BY database_name, name";
        let mut statement = self.sql.prepare_cached(sql)?;
        let rows = statement.query_and_then((database, &after.0, &after.1), function_row)?;
        rows.collect()
    }

    /// Deletes a function; `false` when there was none.
    pub fn delete_function(&self, database: &str, name: &str) -> Result<bool> {
        let sql = "DELETE FROM functions WHERE database_name = ?1 AND name = ?2";
        Ok(self.sql.prepare_cached(sql)?.execute((database, name))? == 1)
    }
}

fn function_row(row: &Row<'_>) -> Result<FunctionRow> {
    Ok(FunctionRow {
        database: row.get("database_name")?,
        name: row.get("name")?,
        created: Timestamp::from_millis(row.get("created_ms")?),
        input: json(row, "input")?,
    })
}
