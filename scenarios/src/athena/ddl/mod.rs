//! Athena's statements about the catalog: read into plain values, and carried out on the Glue Data Catalog.
//!
//! Athena has two grammars. Queries, and what holds a query (`CREATE TABLE AS`, `CREATE VIEW`, `INSERT`, `UNLOAD`,
//! `EXPLAIN`, prepared statements), are Trino's; the rest is Hive's, which is where backquotes, backslashes in strings
//! and `ROW FORMAT` come from. [`parse`] takes both as far as the query, whose text it keeps as it is.
//!
//! ```text
//! text ── token, cursor ── parse ── Statement ── execute ── Catalog (glue, s3)
//!                                        │           └───── Answer: lines of text, as Athena prints them
//!                                        └ a query, or what holds one: for the engine
//! ```
//!
//! Not here: Iceberg tables (refused by name), lateral functions of Lake Formation, federated catalogs.
//!
//! Sources: <https://docs.aws.amazon.com/athena/latest/ug/ddl-reference.html>; the grammar and the printing of Hive
//! (`HiveParser.g`, `DDLTask`); wording and forms of answers as measured on Athena engine version 3 and published
//! in aoyagikouhei/athena-local (`docs/dev/measurements`).

mod answer;
mod catalog;
mod column_type;
mod cursor;
mod error;
mod execute;
mod glue_catalog;
mod kind;
mod parse;
mod pattern;
mod statement;
mod storage_format;
#[cfg(test)]
mod testing;
mod text;
mod token;

pub use answer::{Answer, AnswerColumn};
pub use catalog::{Catalog, CatalogResult};
pub use column_type::ColumnType;
pub use error::{DdlError, SyntaxError};
pub use execute::{Context, ViewColumn, execute, view_query};
pub use glue_catalog::GlueCatalog;
pub use kind::{DESC_VIEW, StatementType};
pub use parse::parse;
pub use statement::{
    AlterDatabase, AlterTable, ClusteredBy, ColumnDefinition, ColumnPlace, Comparison, CreateDatabase,
    CreateTable, CreateTableAs, CreateView, Delimiters, Describe, Detail, Drop, DropDatabase, Execute,
    Explain, IcebergOnly, Insert, NewPartition, PartitionCondition, PartitionSpec, Prepare, Properties,
    PropertyValue, Query, RowFormat, ShowTables, Statement, StoredAs, TableChange, TableName, Unload,
};
pub use storage_format::{Storage, storage};
