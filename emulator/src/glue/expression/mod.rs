//! The expressions that select partitions by the values of their keys.
//!
//! ```text
//! day = '2024-01-01' AND (hour BETWEEN 6 AND 11 OR hour IN (20, 21)) AND NOT region LIKE 'eu-%'
//! ```
//!
//! Text becomes tokens, tokens a tree, and the tree is bound to the keys of a table: then each literal is a value of its
//! key's type, and partitions are compared value by value, `'10'` after `'9'` where the key is an `int`. What is wrong with
//! an expression is found before any partition is looked at; nothing that is not understood matches.
//!
//! Operators: `=`, `<>`, `!=`, `<`, `<=`, `>`, `>=`, `[NOT] IN`, `[NOT] BETWEEN`, `[NOT] LIKE` (`%` and `_`; texts only),
//! `IS [NOT] NULL`, `NOT`, `AND`, `OR`, parentheses; a literal may stand on either side. Types of keys: string, char, varchar,
//! date, timestamp, bigint, int, smallint, tinyint, decimal. A partition has no value of a key where Hive's name for that
//! stands, `__HIVE_DEFAULT_PARTITION__`: `IS NULL` is true, and comparisons are neither true nor false. Texts are compared
//! with that name all the same, which is how clients ask for such partitions.
//!
//! Source: <https://docs.aws.amazon.com/glue/latest/webapi/API_GetPartitions.html>; wording of errors from moto's tests.

mod bind;
mod decimal;
mod parse;
mod token;
mod value;

#[cfg(test)]
mod tests;

pub(super) use bind::Filter;
