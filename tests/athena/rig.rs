//! An emulator with SQL, and what tests say to it.

use std::sync::Arc;

use wavetank::emulator::athena::{
    GetQueryExecution, GetQueryExecutionRequest, GetQueryResults, GetQueryResultsRequest, QueryExecution,
    StartQueryExecution, StartQueryExecutionRequest,
};
use wavetank::emulator::glue::{
    Column, CreateDatabase, CreateDatabaseRequest, CreateTable, CreateTableRequest, Parameters, SerDeInfo,
    StorageDescriptor, TableInput,
};
use wavetank::emulator::s3::{
    CreateBucket, CreateBucketRequest, GetObject, PutObject, PutObjectRequest, input,
};
use wavetank::emulator::{ApiError, Emulator, Identity, Storage, Timestamp};
use wavetank::scenarios::athena::engine::Engine;
use wavetank::scenarios::athena::session::Limits;

pub const NOW: Timestamp = Timestamp::from_millis(1_767_607_200_000);

/// An emulator with a bucket and a database, both called `lake`.
pub struct Rig {
    pub emulator: Emulator,
    _folder: tempfile::TempDir,
}

impl Rig {
    pub fn new() -> Self {
        Self::with_limits(Limits::default())
    }

    pub fn with_limits(limits: Limits) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let engine = Arc::new(Engine::new(folder.path().join("queries"), limits));
        let storage = Storage::Scratch(folder.path().join("data"));
        let emulator = Emulator::open(storage, Identity::default()).unwrap().with_sql(engine);
        emulator.call::<CreateBucket>(NOW, CreateBucketRequest::new("lake")).unwrap();
        emulator.call::<CreateDatabase>(NOW, CreateDatabaseRequest::new("lake")).unwrap();
        Self { emulator, _folder: folder }
    }

    pub fn start(&self, sql: &str) -> Result<String, ApiError> {
        let mut request = StartQueryExecutionRequest::new(sql, "s3://lake/results/");
        request.query_execution_context = Some(wavetank::emulator::athena::QueryExecutionContext {
            database: Some("lake".to_owned()),
            catalog: None,
        });
        Ok(self.emulator.call::<StartQueryExecution>(NOW, request)?.query_execution_id)
    }

    pub fn execution(&self, id: &str) -> QueryExecution {
        let request = GetQueryExecutionRequest::new(id);
        self.emulator.call::<GetQueryExecution>(NOW, request).unwrap().query_execution
    }

    /// Runs a statement to its end; its id, or why it was refused or has failed.
    pub fn run(&self, sql: &str) -> Result<String, String> {
        let id = self.start(sql).map_err(|error| error.message)?;
        self.emulator.run_query(&|| NOW, &id).unwrap();
        match self.execution(&id).status.state_change_reason {
            None => Ok(id),
            Some(reason) => Err(reason),
        }
    }

    /// The rows of a query without its header; null is `None`.
    pub fn rows(&self, sql: &str) -> Vec<Vec<Option<String>>> {
        let id = self.run(sql).unwrap_or_else(|reason| panic!("{sql}: {reason}"));
        let mut request = GetQueryResultsRequest::new(&id);
        let mut rows = Vec::new();
        loop {
            let page = self.emulator.call::<GetQueryResults>(NOW, request.clone()).unwrap();
            let page_rows = page.result_set.rows.into_iter();
            rows.extend(
                page_rows.map(|row| row.data.into_iter().map(|datum| datum.var_char_value).collect()),
            );
            match page.next_token {
                None => return rows.split_off(1),
                token => request.next_token = token,
            }
        }
    }

    /// The rows as lines.
    pub fn lines(&self, sql: &str) -> Vec<String> {
        let shown = |cell: Option<String>| cell.unwrap_or_else(|| "null".to_owned());
        self.rows(sql)
            .into_iter()
            .map(|row| row.into_iter().map(shown).collect::<Vec<_>>().join(" | "))
            .collect()
    }

    /// Why a statement fails.
    pub fn refusal(&self, sql: &str) -> String {
        self.run(sql).expect_err(sql)
    }

    pub fn put(&self, key: &str, body: &str) {
        let request = PutObjectRequest::new("lake", key, body.to_owned());
        self.emulator.call::<PutObject>(NOW, request).unwrap();
    }

    pub fn get(&self, key: &str) -> Vec<u8> {
        let object = self.emulator.call::<GetObject>(NOW, input::get_object("lake", key)).unwrap();
        object.into_bytes().unwrap().to_vec()
    }

    /// A table as a client of Glue makes it.
    pub fn table(
        &self,
        name: &str,
        serde: &str,
        columns: &[(&str, &str)],
        keys: &[(&str, &str)],
        parameters: &[(&str, &str)],
    ) {
        let named =
            |columns: &[(&str, &str)]| columns.iter().map(|(name, ty)| Column::new(*name, *ty)).collect();
        let parameters: Parameters =
            parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let table = TableInput {
            name: Some(name.to_owned()),
            storage_descriptor: Some(StorageDescriptor {
                columns: Some(named(columns)),
                location: Some(format!("s3://lake/{name}/")),
                serde_info: Some(SerDeInfo {
                    serialization_library: Some(serde.to_owned()),
                    ..SerDeInfo::default()
                }),
                ..StorageDescriptor::default()
            }),
            partition_keys: Some(named(keys)),
            parameters: Some(parameters),
            ..TableInput::default()
        };
        self.emulator.call::<CreateTable>(NOW, CreateTableRequest::new("lake", table)).unwrap();
    }
}

pub const JSON: &str = "org.openx.data.jsonserde.JsonSerDe";
pub const PARQUET: &str = "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe";
