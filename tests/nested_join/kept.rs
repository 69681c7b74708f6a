//! What a run keeps, read back: the files byte by byte, and the tables through a DuckDB of the test's own.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use duckdb::Connection;

use crate::rig::Finished;

/// Which record: stream, shard and sequence number.
pub type RecordKey = (String, String, String);

/// A record as it was read.
#[derive(Debug)]
pub struct Record {
    pub key: RecordKey,
    pub data: String,
}

/// A record that did not decode in full.
#[derive(Debug)]
pub struct Rejection {
    pub key: RecordKey,
    /// Dotted path; none when the record is no JSON.
    pub field: Option<String>,
    pub detail: String,
}

/// The kept tables of one run.
pub struct Tables(Connection);

impl Tables {
    pub fn of(run: &Finished) -> Self {
        let connection = Connection::open_in_memory().expect("a database in memory opens");
        let folder = run.folder.path().display();
        let view = |name: &str, files: &str| {
            let sql = format!("CREATE VIEW {name} AS SELECT * FROM read_parquet('{folder}/{files}')");
            connection.execute_batch(&sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
        };
        for table in ["input", "dropped", "rejected", "state"] {
            view(table, &format!("ledger/{table}.parquet"));
        }
        view("enriched_purchases", "s3/glue-streaming-join-blog-bucket/dataOutput/*/*.parquet");
        Self(connection)
    }

    /// Every record that was read.
    pub fn input(&self) -> Vec<Record> {
        let columns = "SELECT stream, shard, sequence_number, data FROM input";
        self.rows(columns, |row| Record { key: key(row), data: text(row, 3).unwrap_or_default() })
    }

    /// Every record that did not decode in full.
    pub fn rejected(&self) -> Vec<Rejection> {
        let columns = "SELECT stream, shard, sequence_number, field, detail FROM rejected";
        self.rows(columns, |row| Rejection {
            key: key(row),
            field: text(row, 3),
            detail: text(row, 4).unwrap_or_default(),
        })
    }

    /// How many rows of each record were lost.
    pub fn lost(&self) -> BTreeMap<RecordKey, u64> {
        self.rows_per_record("dropped")
    }

    /// How many rows of each record are still kept and have found no match.
    pub fn waiting(&self) -> BTreeMap<RecordKey, u64> {
        self.rows_per_record("state WHERE NOT matched")
    }

    /// How many rows of the result each transaction has.
    pub fn joined(&self) -> BTreeMap<String, u64> {
        let sql = "SELECT transaction_id, count(*) FROM enriched_purchases GROUP BY ALL";
        let rows = self.rows(sql, |row| (text(row, 0).expect("a joined row has its key"), count(row, 1)));
        rows.into_iter().collect()
    }

    fn rows_per_record(&self, table: &str) -> BTreeMap<RecordKey, u64> {
        let sql = format!("SELECT stream, shard, sequence_number, count(*) FROM {table} GROUP BY ALL");
        self.rows(&sql, |row| (key(row), count(row, 3))).into_iter().collect()
    }

    fn rows<T>(&self, sql: &str, read: impl Fn(&duckdb::Row<'_>) -> T) -> Vec<T> {
        let mut statement = self.0.prepare(sql).expect("the query is right");
        let rows = statement.query_map([], |row| Ok(read(row))).expect("the query runs");
        rows.map(|row| row.expect("the row is read")).collect()
    }
}

/// Every file below a folder, by its path from there.
pub fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next).unwrap_or_else(|error| panic!("{}: {error}", next.display())) {
            let path = entry.expect("the folder can be listed").path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let name = path.strip_prefix(folder).expect("it lies below").display().to_string();
            files.insert(name, fs::read(&path).expect("a kept file can be read"));
        }
    }
    files
}

fn key(row: &duckdb::Row<'_>) -> RecordKey {
    let part = |index| text(row, index).expect("a record is named in full");
    (part(0), part(1), part(2))
}

fn text(row: &duckdb::Row<'_>, index: usize) -> Option<String> {
    row.get(index).expect("the column holds text")
}

fn count(row: &duckdb::Row<'_>, index: usize) -> u64 {
    row.get(index).expect("the column holds a count")
}
