//! What kind of statement a text seems to be, where nothing is there that could run it.

use super::{StatementKind, StatementType};

/// Judges by the first word.
pub(super) fn guess(sql: &str) -> StatementKind {
    let first = sql.split(|char: char| !char.is_ascii_alphabetic()).find(|word| !word.is_empty());
    let first = first.unwrap_or_default().to_ascii_uppercase();
    match first.as_str() {
        "SELECT" | "WITH" | "VALUES" => StatementKind::new(StatementType::Dml, "SELECT"),
        "INSERT" | "UNLOAD" | "DELETE" | "UPDATE" | "MERGE" => StatementKind::new(StatementType::Dml, first),
        "SHOW" | "DESCRIBE" | "EXPLAIN" => StatementKind::new(StatementType::Utility, first),
        _ => StatementKind::new(StatementType::Ddl, first),
    }
}
