//! The functions of Athena, each by its name: one line for each way to call it ([`signature`]), or a handler where a
//! line cannot say it. What is in no table does not exist.
//!
//! A new function is a line in the table of its family. What DuckDB has no equal for is written in Rust
//! ([`super::native`]) and registered under a name that begins with `wt_`.
//!
//! Source: the functions of Athena engine version 3, which are Trino's
//! (<https://docs.aws.amazon.com/athena/latest/ug/functions.html>, <https://trino.io/docs/current/functions.html>).

mod aggregate;
mod array;
mod binary;
mod conditional;
mod json;
mod map;
mod math;
mod regexp;
pub mod signature;
mod sql_json;
mod text;
mod time;
mod url;
mod window;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::error::SqlError;
use super::translate::{Scope, Translator, Typed};
use signature::Signature;

pub(super) use super::translate::Call;

/// A function that no line can describe.
#[derive(Clone, Copy)]
pub(super) enum Special {
    /// Of single rows.
    Scalar(fn(&mut Translator<'_>, Call<'_>) -> Result<Typed, SqlError>),
    /// Of many rows; it takes care of the call's modifiers.
    Aggregate(fn(&mut Translator<'_>, Call<'_>) -> Result<Typed, SqlError>),
    /// One that walks lambdas itself.
    Lazy(fn(&mut Translator<'_>, Call<'_>, &Scope<'_>) -> Result<Typed, SqlError>),
}

/// Signatures of each family, as lines.
const FAMILIES: &[&[&str]] = &[
    aggregate::SIGNATURES,
    array::SIGNATURES,
    binary::SIGNATURES,
    conditional::SIGNATURES,
    json::SIGNATURES,
    map::SIGNATURES,
    math::SIGNATURES,
    regexp::SIGNATURES,
    text::SIGNATURES,
    time::SIGNATURES,
    url::SIGNATURES,
    window::SIGNATURES,
];

/// Handlers of each family.
const SPECIALS: &[&[(&str, Special)]] = &[
    aggregate::SPECIALS,
    array::SPECIALS,
    conditional::SPECIALS,
    json::SPECIALS,
    map::SPECIALS,
    math::SPECIALS,
    sql_json::SPECIALS,
    text::SPECIALS,
    time::SPECIALS,
];

/// Functions that answer anew with each row.
const VOLATILE: &[&str] = &["rand", "random", "shuffle", "uuid"];

static TABLE: LazyLock<BTreeMap<&'static str, Vec<Signature>>> = LazyLock::new(|| {
    let mut table: BTreeMap<_, Vec<Signature>> = BTreeMap::new();
    for line in FAMILIES.iter().copied().flatten() {
        let signature = Signature::parse(line);
        table.entry(signature.name).or_default().push(signature);
    }
    table
});

/// The ways to call a function, the most particular first; none when there is no such function.
pub(super) fn signatures(name: &str) -> &'static [Signature] {
    TABLE.get(name).map_or(&[], Vec::as_slice)
}

/// The handler of a function that has one.
pub(super) fn special(name: &str) -> Option<Special> {
    let mut all = SPECIALS.iter().copied().flatten();
    all.find(|(known, _)| *known == name).map(|(_, special)| *special)
}

/// Whether a function makes one value of many rows.
pub(super) fn is_aggregate(name: &str) -> bool {
    aggregate::is_aggregate(name)
}

/// The argument by whose order a function chooses.
pub(super) fn orders_by(name: &str) -> Option<usize> {
    match name {
        "array_max" | "array_min" | "max" | "min" => Some(0),
        "max_by" | "min_by" => Some(1),
        _ => None,
    }
}

/// Whether a function is of windows alone.
pub(super) fn needs_over(name: &str) -> bool {
    window::needs_over(name)
}

/// Whether a function answers anew with each row.
pub(super) fn is_volatile(name: &str) -> bool {
    VOLATILE.contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_can_be_read() {
        assert!(TABLE.len() > 100, "{}", TABLE.len());
    }

    #[test]
    fn no_function_has_both_a_handler_and_lines() {
        let mut specials = SPECIALS.iter().copied().flatten();
        assert_eq!(specials.find(|(name, _)| !signatures(name).is_empty()).map(|(name, _)| name), None);
    }
}
