//! Links DuckDB as scripts/link_duckdb.rs says.

#[path = "../scripts/link_duckdb.rs"]
mod link_duckdb;

fn main() {
    link_duckdb::main();
}
