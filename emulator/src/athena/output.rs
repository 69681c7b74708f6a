//! Where the result of a query goes, and in which form.
//!
//! | statement | result | beside it |
//! |---|---|---|
//! | `SELECT` and other DML | `<id>.csv` | `<id>.csv.metadata` |
//! | DDL and utilities | `<id>.txt` | `<id>.txt.metadata` |
//! | CTAS, `INSERT`, `UNLOAD` | `<id>`, which is no object | `<id>-manifest.csv`, `<id>.metadata` |
//!
//! Source: <https://docs.aws.amazon.com/athena/latest/ug/querying-finding-output-files.html>.

use super::errors;
use super::result_text::ResultFormat;
use super::{StatementKind, StatementType};
use crate::error::ApiError;

/// The form of a result; `None` for statements whose result is in files of their own.
pub(super) fn format_of(kind: &StatementKind) -> Option<ResultFormat> {
    let writes = ["CREATE_TABLE_AS_SELECT", "INSERT", "UNLOAD"];
    match kind.statement_type {
        _ if writes.iter().any(|name| kind.substatement_type.starts_with(name)) => None,
        StatementType::Dml => Some(ResultFormat::Csv),
        StatementType::Ddl | StatementType::Utility => Some(ResultFormat::Text),
    }
}

/// The location of a result.
pub(super) fn location(folder: &str, id: &str, format: Option<ResultFormat>) -> String {
    match format {
        Some(ResultFormat::Csv) => format!("{folder}{id}.csv"),
        Some(ResultFormat::Text) => format!("{folder}{id}.txt"),
        None => format!("{folder}{id}"),
    }
}

/// The list of the files that a statement has written, where its result is at `location`.
pub(super) fn manifest(location: &str) -> String {
    format!("{location}-manifest.csv")
}

/// What says what the columns are.
pub(super) fn metadata(location: &str) -> String {
    format!("{location}.metadata")
}

/// A folder as a client names it, with a `/` at its end.
pub(super) fn folder(location: &str) -> Result<String, ApiError> {
    parse(location).ok_or_else(|| errors::invalid_request("outputLocation is not a valid S3 path."))?;
    Ok(if location.ends_with('/') { location.to_owned() } else { format!("{location}/") })
}

/// Bucket and key of a location.
pub(super) fn parse(location: &str) -> Option<(&str, &str)> {
    let rest = location.strip_prefix("s3://")?;
    let (bucket, key) = rest.split_once('/').unwrap_or((rest, ""));
    (!bucket.is_empty()).then_some((bucket, key))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locations_are_folders() {
        assert_eq!(folder("s3://lake").unwrap(), "s3://lake/");
        assert_eq!(folder("s3://lake/a/b").unwrap(), "s3://lake/a/b/");
        assert_eq!(folder("s3://lake/a/").unwrap(), "s3://lake/a/");
        for wrong in ["string", "s3://", "s3:///a", "http://lake/a"] {
            assert!(folder(wrong).is_err(), "{wrong}");
        }
        assert_eq!(parse("s3://lake/a/b.csv"), Some(("lake", "a/b.csv")));
    }

    #[test]
    fn names_of_results_tell_what_they_are() {
        let check = |statement_type, substatement: &str, expected: &str| {
            let format = format_of(&StatementKind::new(statement_type, substatement));
            assert_eq!(location("s3://lake/", "7", format), expected);
        };
        check(StatementType::Dml, "SELECT", "s3://lake/7.csv");
        check(StatementType::Ddl, "CREATE_TABLE", "s3://lake/7.txt");
        check(StatementType::Utility, "SHOW_TABLES", "s3://lake/7.txt");
        check(StatementType::Ddl, "CREATE_TABLE_AS_SELECT", "s3://lake/7");
        check(StatementType::Dml, "INSERT", "s3://lake/7");
        check(StatementType::Dml, "UNLOAD", "s3://lake/7");
    }
}
