//! Athena, from StartQueryExecution to GetQueryResults, with DuckDB under it, in process.
#![allow(clippy::unwrap_used)] // In a test, a panic is the report.

#[path = "athena/catalog.rs"]
mod catalog;
#[path = "athena/corpus.rs"]
mod corpus;
#[path = "athena/hostile.rs"]
mod hostile;
#[path = "athena/rig.rs"]
mod rig;
