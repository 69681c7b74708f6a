//! Athena's SQL over the emulator's catalog and objects, on DuckDB. One way for all who ask: Athena's operations, checks,
//! and `wavetank query`.
//!
//! ```text
//! text ── ddl::parse ── a statement about the catalog ── ddl::execute ── Glue, S3
//!           └ a query, or what holds one
//!               dialect (sqlparser) ── translate ── DuckDB's SQL, scans, columns with types
//!                                                        │
//!               lake (Glue, S3) ── scan ── scan0, scan1, …: views over the files that are wanted
//!                                                        │
//!               session (DuckDB, sealed and limited) ── rows ── show ── texts, as Athena writes them
//!                                                        └ write ── files ── S3, partitions
//! ```
//!
//! [`engine::Engine`] is the door. [`translate`] types every expression as Trino does, which is what lets it choose
//! between DuckDB's operators, ours and a refusal; [`functions`] has a line or a handler for each function, [`native`]
//! those that DuckDB lacks. What neither knows is an error by name.
//!
//! Not handled: Iceberg, ORC, Avro and Ion, federated catalogs, MATCH_RECOGNIZE, geospatial and sketch functions, time
//! with time zone, precisions beyond microseconds. All of it is refused.
//!
//! # Invariants
//! - **Nothing of the query's text reaches DuckDB but literals:** names are resolved, and relations and columns have names
//!   of our own.
//! - **Sealed:** once a query's files are known, DuckDB can read them and write below the query's own folder, and nothing
//!   else, whatever it is told.
//! - **Types are promised and kept:** a column that comes as something else fails the query.
//! - **Partitions are left out only for what the query itself asks of keys**, and never on the side of an outer join that
//!   is filled with nulls.

pub mod ddl;
pub mod dialect;
pub mod duck_error;
pub mod engine;
pub mod error;
pub mod functions;
mod information_schema;
pub mod lake;
pub mod native;
pub mod query;
pub mod scan;
pub mod session;
pub mod show;
mod sql_json;
pub mod text_form;
pub mod text_value;
pub mod translate;
pub mod type_text;
pub mod types;
pub mod write;
pub mod zone;
