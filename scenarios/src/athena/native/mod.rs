//! Functions that DuckDB does not have, or has otherwise: written in Rust over Arrow columns, and registered under
//! names that begin with `wt_`; and macros over both.
//!
//! Every function answers null where an argument is null, unless it says otherwise: DuckDB itself takes care of that.
//! A failure is an error whose text begins with Trino's code in brackets: `[[INVALID_CAST_ARGUMENT]] Cannot cast …`.

mod bytes;
mod calendar;
mod checksum;
mod column;
mod decimal;
mod delimited;
mod digest;
mod duration;
mod failure;
mod format;
mod format_number;
mod format_time;
mod forms;
mod iso8601;
mod json;
mod json_cast;
mod json_line;
mod json_path;
mod json_text;
mod likeness;
mod lists;
mod math;
mod quantity;
mod regexp;
mod registrar;
mod split;
mod sql_json;
mod sql_path;
mod sql_path_items;
mod stem;
mod text;
mod text_cast;
mod time;
mod time_parse;
mod time_pattern;
mod time_print;
mod url;
mod uuid;

pub use column::Answer;
pub use failure::{Failure, found_in};
pub use registrar::Functions;

use registrar::Registrar;

/// Macros over DuckDB's own functions. `wt_fail` stands in a CASE of its own: DuckDB folds what is constant in an AND
/// before it runs anything.
const MACROS: &[&str] = &[
    "CREATE MACRO wt_concat_lists(a, b) AS CASE WHEN a IS NULL OR b IS NULL THEN NULL ELSE list_concat(a, b) END;",
    checksum::MACROS,
    lists::MACROS,
];

/// Each offers its functions.
const FUNCTIONS: &[fn(&Registrar<'_>) -> duckdb::Result<()>] = &[
    bytes::register,
    checksum::register,
    decimal::register,
    delimited::register,
    digest::register,
    format::register,
    forms::register,
    json::register,
    json_cast::register,
    json_line::register,
    likeness::register,
    lists::register,
    math::register,
    quantity::register,
    regexp::register,
    split::register,
    sql_json::register,
    stem::register,
    text::register,
    text_cast::register,
    time::register,
    url::register,
    uuid::register,
];
