//! What DuckDB says against a query, in Athena's words.

use super::error::SqlError;
use super::native::found_in;

/// Parts of DuckDB's sentences, the codes they stand for, and Athena's sentences where DuckDB's would not do.
const KNOWN: &[(&str, &str, Option<&str>)] = &[
    (
        "More than one row returned by a subquery",
        "SUBQUERY_MULTIPLE_ROWS",
        Some("Scalar sub-query has returned multiple rows"),
    ),
    ("INTERRUPT", "USER_CANCELED", Some("Query was canceled")),
    ("Out of Memory", "EXCEEDED_MEMORY_LIMIT", Some("Query exhausted resources at this scale factor")),
    (
        "GROUP BY clause",
        "EXPRESSION_NOT_AGGREGATE",
        Some(
            "an expression of SELECT, HAVING or ORDER BY must be an aggregate expression or appear in GROUP BY clause",
        ),
    ),
    ("Overflow in ", "NUMERIC_VALUE_OUT_OF_RANGE", None),
    ("Out of Range Error", "NUMERIC_VALUE_OUT_OF_RANGE", None),
    ("out of range", "NUMERIC_VALUE_OUT_OF_RANGE", None),
    ("Conversion Error", "INVALID_CAST_ARGUMENT", None),
    (
        "aggregate function calls cannot be nested",
        "NESTED_AGGREGATION",
        Some("Cannot nest aggregations inside aggregation"),
    ),
    (
        "WHERE clause cannot contain aggregates",
        "EXPRESSION_NOT_SCALAR",
        Some("WHERE clause cannot contain aggregations, window functions or grouping operations"),
    ),
    (
        "WHERE clause cannot contain window",
        "EXPRESSION_NOT_SCALAR",
        Some("WHERE clause cannot contain aggregations, window functions or grouping operations"),
    ),
];

/// The error of a query that DuckDB has refused or given up.
pub fn in_athenas_words(error: &duckdb::Error) -> SqlError {
    let text = error.to_string();
    if let Some(failure) = found_in(&text) {
        return failure;
    }
    let first = text.lines().next().unwrap_or_default();
    let known = KNOWN.iter().find(|(part, _, _)| text.contains(part));
    match known {
        Some((_, code, Some(sentence))) => SqlError::new(code, *sentence),
        Some((_, code, None)) => {
            SqlError::new(code, first.split_once("Error: ").map_or(first, |(_, rest)| rest))
        }
        None => SqlError::new("GENERIC_INTERNAL_ERROR", first),
    }
}
