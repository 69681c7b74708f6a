//! Rules that requests of many operations share.

use crate::validation::Constraint::{self, *};
use crate::validation::TextPattern;

/// On names of work groups.
pub(super) const WORK_GROUP: &[Constraint] = &[Pattern(&WORK_GROUP_NAME)];
/// On names of work groups that a request cannot do without.
pub(super) const REQUIRED_WORK_GROUP: &[Constraint] = &[Required, Pattern(&WORK_GROUP_NAME)];
/// On ids of executions.
pub(super) const EXECUTION_ID: &[Constraint] = &[Required, Length(1, 128), Pattern(&NO_BLANKS)];
/// On texts of queries.
pub(super) const QUERY: &[Constraint] = &[Required, Length(1, 262_144)];
/// On tokens that make a call repeatable.
pub(super) const TOKEN: &[Constraint] = &[Length(32, 128)];
/// On descriptions.
pub(super) const DESCRIPTION: &[Constraint] = &[Length(1, 1024)];
/// On names that are no names of databases or tables.
pub(super) const NAME: &[Constraint] = &[Required, Length(1, 128)];
/// On ids that are required and nothing else.
pub(super) const REQUIRED: &[Constraint] = &[Required];
/// On names of catalogs.
pub(super) const CATALOG: &[Constraint] = &[Required, Length(1, 256)];
/// On names of prepared statements.
pub(super) const STATEMENT: &[Constraint] = &[Required, Length(1, 256), Pattern(&STATEMENT_NAME)];
/// On names of capacity reservations.
pub(super) const RESERVATION: &[Constraint] = &[Required, Length(1, 128), Pattern(&RESERVATION_NAME)];
/// On data processing units.
pub(super) const DPUS: &[Constraint] = &[Required, Range(4, i32::MAX as i64)];

const WORK_GROUP_NAME: TextPattern = TextPattern {
    regex: "[a-zA-Z0-9._-]{1,128}",
    matches: |text| (1..=128).contains(&text.len()) && text.bytes().all(is_of_name),
};

const RESERVATION_NAME: TextPattern = TextPattern {
    regex: "[a-zA-Z0-9._-]+",
    matches: |text| !text.is_empty() && text.bytes().all(is_of_name),
};

const NO_BLANKS: TextPattern =
    TextPattern { regex: r"\S+", matches: |text| !text.is_empty() && !text.contains(char::is_whitespace) };

const STATEMENT_NAME: TextPattern = TextPattern {
    regex: "[a-zA-Z_][a-zA-Z0-9_@:]{1,256}",
    matches: |text| {
        let starts = text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_');
        let rest = |byte: u8| byte.is_ascii_alphanumeric() || b"_@:".contains(&byte);
        starts && (2..=257).contains(&text.len()) && text.bytes().all(rest)
    },
};

fn is_of_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"._-".contains(&byte)
}
