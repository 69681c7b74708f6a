//! What is wrong with a query, in Athena's words: a code, a place, a sentence.
//!
//! `COLUMN_NOT_FOUND: line 1:8: Column 'x' cannot be resolved or requester is not authorized to access requested
//! resources`. The codes are Trino's `StandardErrorCode`; the sentences those of its analyzer.

use std::fmt;

/// A place in the text of a query, both counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The line.
    pub line: u64,
    /// The column, in characters.
    pub column: u64,
}

/// Why a query is refused, or has failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SqlError {
    /// Such as `TYPE_MISMATCH`.
    pub code: &'static str,
    /// Where in the text, when it is about a place.
    pub place: Option<Place>,
    /// The sentence.
    pub message: String,
}

impl SqlError {
    /// An error about no place in particular.
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, place: None, message: message.into() }
    }

    /// An error about a place.
    pub fn at(place: Place, code: &'static str, message: impl Into<String>) -> Self {
        Self { code, place: Some(place), message: message.into() }
    }

    pub(super) fn syntax(place: Place, message: impl Into<String>) -> Self {
        Self::at(place, "SYNTAX_ERROR", message)
    }

    pub(super) fn type_mismatch(place: Place, message: impl Into<String>) -> Self {
        Self::at(place, "TYPE_MISMATCH", message)
    }

    pub(super) fn not_supported(place: Place, message: impl Into<String>) -> Self {
        Self::at(place, "NOT_SUPPORTED", message)
    }
}

impl fmt::Display for SqlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.code)?;
        if let Some(Place { line, column }) = self.place {
            write!(f, "line {line}:{column}: ")?;
        }
        f.write_str(&self.message)
    }
}

impl std::error::Error for SqlError {}
