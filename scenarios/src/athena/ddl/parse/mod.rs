//! From a text to a statement: the first words decide, and each kind has a file of its own.

mod alter_table;
mod create_table;
mod database;
mod properties;
mod query;
mod show;

use super::cursor::{Cursor, Parsed};
use super::error::SyntaxError;
use super::statement::{Drop, IcebergOnly, Statement};
use super::token::Dialect;

/// Reads a statement. `None` is a query, or `SHOW FUNCTIONS`: the engine alone knows what they are.
///
/// # Errors
/// When the text is neither; the sentence is what `StartQueryExecution` answers.
pub fn parse(sql: &str) -> Result<Option<Statement>, SyntaxError> {
    let mut cursor = Cursor::new(sql);
    let first = cursor.peek();
    if first.is_sign("(") || QUERIES.iter().any(|keyword| first.is(keyword)) {
        cursor.query()?;
        return Ok(None);
    }
    let word = first.text.to_ascii_uppercase();
    cursor.take();
    let statement = match word.as_str() {
        "CREATE" => create(&mut cursor)?,
        "ALTER" => alter(&mut cursor)?,
        "DROP" => drop(&mut cursor)?,
        "SHOW" if cursor.keyword("FUNCTIONS") => return Ok(None),
        "SHOW" => show::show(&mut cursor)?,
        "DESCRIBE" | "DESC" => show::describe(&mut cursor)?,
        "MSCK" => {
            cursor.expect(&["REPAIR", "TABLE"])?;
            Statement::RepairTable(cursor.table_name()?)
        }
        "INSERT" => query::insert(&mut cursor)?,
        "UNLOAD" => query::unload(&mut cursor)?,
        "EXPLAIN" => query::explain(&mut cursor)?,
        "PREPARE" => query::prepare(&mut cursor)?,
        "EXECUTE" => query::execute(&mut cursor)?,
        "DEALLOCATE" => query::deallocate(&mut cursor)?,
        "DELETE" => iceberg(&mut cursor, &["FROM"], IcebergOnly::Delete)?,
        "UPDATE" => iceberg(&mut cursor, &[], IcebergOnly::Update)?,
        "MERGE" => iceberg(&mut cursor, &["INTO"], IcebergOnly::Merge)?,
        "OPTIMIZE" => iceberg(&mut cursor, &[], IcebergOnly::Optimize)?,
        "VACUUM" => iceberg(&mut cursor, &[], IcebergOnly::Vacuum)?,
        word if TRINO_ONLY.contains(&word) => return Err(Cursor::new(sql).refused(NOT_SUPPORTED)),
        _ => return Err(Cursor::new(sql).expecting(&FIRST_WORDS)),
    };
    cursor.end()?;
    Ok(Some(statement))
}

/// What Athena says to statements that it knows and does not have.
const NOT_SUPPORTED: &str = "Queries of this type are not supported";

/// First words of queries.
const QUERIES: [&str; 4] = ["SELECT", "WITH", "VALUES", "TABLE"];

/// First words of statements that Trino has and Athena has not.
const TRINO_ONLY: [&str; 14] = [
    "ANALYZE", "CALL", "COMMENT", "COMMIT", "DENY", "GRANT", "REFRESH", "RESET", "REVOKE", "ROLLBACK", "SET",
    "START", "TRUNCATE", "USE",
];

/// What Athena says can come first.
const FIRST_WORDS: [&str; 30] = [
    "ALTER",
    "ANALYZE",
    "CALL",
    "COMMENT",
    "COMMIT",
    "CREATE",
    "DEALLOCATE",
    "DELETE",
    "DENY",
    "DESC",
    "DESCRIBE",
    "DROP",
    "EXECUTE",
    "EXPLAIN",
    "GRANT",
    "INSERT",
    "MERGE",
    "PREPARE",
    "REFRESH",
    "RESET",
    "REVOKE",
    "ROLLBACK",
    "SET",
    "SHOW",
    "START",
    "TRUNCATE",
    "UNLOAD",
    "UPDATE",
    "USE",
    "<query>",
];

fn create(cursor: &mut Cursor<'_>) -> Parsed<Statement> {
    if cursor.keyword("DATABASE") || cursor.keyword("SCHEMA") {
        database::create(cursor)
    } else if cursor.keywords(&["EXTERNAL", "TABLE"]) {
        create_table::external(cursor)
    } else if cursor.keyword("TABLE") {
        create_table::table(cursor)
    } else if cursor.keywords(&["OR", "REPLACE"]) {
        match cursor.keyword("VIEW") {
            true => query::create_view(cursor, true),
            false => Err(cursor.expecting(&["MATERIALIZED", "MULTI", "PROTECTED", "VIEW"])),
        }
    } else if cursor.keyword("VIEW") {
        query::create_view(cursor, false)
    } else {
        Err(cursor.expecting(&["MATERIALIZED", "OR", "ROLE", "SCHEMA", "TABLE", "VIEW"]))
    }
}

fn alter(cursor: &mut Cursor<'_>) -> Parsed<Statement> {
    match cursor.one_of(&["DATABASE", "SCHEMA", "TABLE"])? {
        "TABLE" => alter_table::alter(cursor),
        _ => database::alter(cursor),
    }
}

fn drop(cursor: &mut Cursor<'_>) -> Parsed<Statement> {
    match cursor.one_of(&["DATABASE", "SCHEMA", "TABLE", "VIEW"])? {
        "TABLE" => {
            let drop = dropped(cursor)?;
            cursor.keyword("PURGE");
            Ok(Statement::DropTable(drop))
        }
        "VIEW" => {
            cursor.dialect = Dialect::Trino;
            Ok(Statement::DropView(dropped(cursor)?))
        }
        _ => database::drop(cursor),
    }
}

fn dropped(cursor: &mut Cursor<'_>) -> Parsed<Drop> {
    let if_exists = cursor.keywords(&["IF", "EXISTS"]);
    Ok(Drop { table: cursor.table_name()?, if_exists })
}

/// Statements that are refused once they run: what they say is not looked at, beyond the words that begin them.
fn iceberg(cursor: &mut Cursor<'_>, begin: &[&str], statement: IcebergOnly) -> Parsed<Statement> {
    cursor.expect(begin)?;
    cursor.dialect = Dialect::Trino;
    cursor.table_name()?;
    cursor.rest()?;
    Ok(Statement::IcebergOnly(statement))
}

#[cfg(test)]
mod tests;
