//! What a function of ours says when it fails.

use std::fmt;

use super::super::error::SqlError;

/// An error of a value: Trino's code, and its sentence.
#[derive(Debug)]
pub struct Failure {
    /// Such as `INVALID_CAST_ARGUMENT`.
    pub code: &'static str,
    /// The sentence.
    pub message: String,
}

impl Failure {
    /// A failure by the name of its code; one that is not known is of an argument.
    pub fn named(code: &str, message: impl Into<String>) -> Self {
        let code = CODES.iter().find(|known| **known == code).copied().unwrap_or("INVALID_FUNCTION_ARGUMENT");
        Self { code, message: message.into() }
    }

    /// An argument that a function does not take.
    pub fn argument(message: impl Into<String>) -> Self {
        Self { code: "INVALID_FUNCTION_ARGUMENT", message: message.into() }
    }

    /// A value that is not of the type that is asked for.
    pub fn cast(message: impl Into<String>) -> Self {
        Self { code: "INVALID_CAST_ARGUMENT", message: message.into() }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[[{}]] {}", self.code, self.message)
    }
}

impl std::error::Error for Failure {}

/// Codes that DuckDB's message may carry.
const CODES: &[&str] = &[
    "DIVISION_BY_ZERO",
    "EXCEEDED_FUNCTION_MEMORY_LIMIT",
    "HIVE_CURSOR_ERROR",
    "INVALID_CAST_ARGUMENT",
    "INVALID_FUNCTION_ARGUMENT",
    "INVALID_PATH",
    "JSON_INPUT_CONVERSION_ERROR",
    "JSON_OUTPUT_CONVERSION_ERROR",
    "JSON_VALUE_RESULT_ERROR",
    "NUMERIC_VALUE_OUT_OF_RANGE",
    "PATH_EVALUATION_ERROR",
];

/// The failure inside an error message of DuckDB's, if there is one.
pub fn found_in(message: &str) -> Option<SqlError> {
    let (_, rest) = message.split_once("[[")?;
    let (code, sentence) = rest.split_once("]] ")?;
    let code = CODES.iter().find(|known| **known == code)?;
    let sentence = sentence.lines().next().unwrap_or_default();
    Some(SqlError::new(code, sentence))
}
