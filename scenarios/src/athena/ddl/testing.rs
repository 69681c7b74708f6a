//! An emulator, for tests of what statements do to its catalog.

use std::cell::{Cell, RefCell};

use wavetank_emulator::glue::{PartitionInput, TableInput};
use wavetank_emulator::s3::{CreateBucket, PutObject, PutObjectRequest, input};
use wavetank_emulator::{Emulator, Identity, Storage, Timestamp};

use super::{Answer, Catalog, Context, DdlError, GlueCatalog, ViewColumn, execute, parse};

/// See the module.
pub struct World {
    emulator: Emulator,
    /// The time of the next statement, in seconds.
    pub now_secs: Cell<i64>,
    /// What the query of the next view shows.
    pub view_columns: RefCell<Vec<ViewColumn>>,
}

impl World {
    /// With the database `db` and the bucket `lake`.
    pub fn new() -> Self {
        let emulator = Emulator::open(Storage::Memory, Identity::default()).unwrap();
        emulator.call::<CreateBucket>(Timestamp::default(), input::create_bucket("lake")).unwrap();
        let (now_secs, view_columns) = (Cell::new(1_700_000_000), RefCell::default());
        let world = Self { emulator, now_secs, view_columns };
        world.run("CREATE DATABASE db").unwrap();
        world
    }

    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.now_secs.get() * 1000)
    }

    fn catalog(&self) -> GlueCatalog<'_> {
        GlueCatalog::new(&self.emulator, self.now())
    }

    /// Puts an object into the bucket `lake`.
    pub fn put(&self, key: &str) {
        self.emulator.call::<PutObject>(self.now(), PutObjectRequest::new("lake", key, "")).unwrap();
    }

    /// Parses and carries out, in the database `db`.
    pub fn run(&self, sql: &str) -> Result<Answer, DdlError> {
        let statement = parse(sql).unwrap_or_else(|error| panic!("{sql}: {error}")).unwrap();
        let view_columns = self.view_columns.borrow();
        let context = Context { now: self.now(), database: "db", view_columns: &view_columns };
        let answer = execute(&statement, &self.catalog(), &context);
        answer.map(|answer| answer.expect("the catalog alone is asked"))
    }

    /// The lines of an answer.
    #[track_caller]
    pub fn lines(&self, sql: &str) -> Vec<String> {
        self.run(sql).unwrap_or_else(|error| panic!("{sql}: {error}")).lines
    }

    /// The sentence of a refusal.
    #[track_caller]
    pub fn refusal(&self, sql: &str) -> String {
        self.run(sql).expect_err(sql).message
    }

    /// A table of `db`.
    #[track_caller]
    pub fn described(&self, name: &str) -> TableInput {
        self.catalog().table("db", name).unwrap().expect(name)
    }

    /// A partition of a table of `db`.
    #[track_caller]
    pub fn partition(&self, name: &str, values: &[&str]) -> PartitionInput {
        let values: Vec<_> = values.iter().map(|value| (*value).to_owned()).collect();
        self.catalog().partition("db", name, &values).unwrap().expect(name)
    }
}
