//! A scenario's resources, made in the emulator.

use serde_saphyr::Spanned;
use wavetank_emulator::glue::{
    Column, CreateDatabase, CreateDatabaseRequest, CreateTable, CreateTableRequest, StorageDescriptor,
    TableInput,
};
use wavetank_emulator::kinesis::{CreateStream, CreateStreamRequest};
use wavetank_emulator::s3::{CreateBucket, CreateBucketRequest};
use wavetank_emulator::{ErrorCode, Operation};

use crate::adapters::Services;
use crate::file::{Entries, Table, TableFormat};
use crate::scenario::Scenario;
use crate::world::RunError;

/// Makes streams, buckets, databases and tables; `keep` those that are there already, or is refused.
pub(crate) fn create_resources(scenario: &Scenario, services: &Services, keep: bool) -> Result<(), RunError> {
    let make = Making { services, keep };
    let resources = &scenario.file.resources;
    for (name, stream) in resources.streams.iter() {
        let request = CreateStreamRequest::new(name, stream.shards.value as i32);
        make.one::<CreateStream>(request, format!("CreateStream `{name}`"))?;
    }
    for bucket in &resources.buckets {
        let request = CreateBucketRequest::new(&bucket.value);
        make.one::<CreateBucket>(request, format!("CreateBucket `{}`", bucket.value))?;
    }
    for (database, tables) in resources.databases.iter() {
        let request = CreateDatabaseRequest::new(database);
        make.one::<CreateDatabase>(request, format!("CreateDatabase `{database}`"))?;
        for (name, table) in tables.iter() {
            let request = CreateTableRequest::new(database, table_input(name, table));
            make.one::<CreateTable>(request, format!("CreateTable `{name}`"))?;
        }
    }
    Ok(())
}

struct Making<'a> {
    services: &'a Services,
    keep: bool,
}

impl Making<'_> {
    fn one<O: Operation>(&self, request: O::Request, doing: String) -> Result<(), RunError> {
        use ErrorCode::{AlreadyExistsException, BucketAlreadyOwnedByYou, ResourceInUseException};
        let there = [AlreadyExistsException, BucketAlreadyOwnedByYou, ResourceInUseException];
        match self.services.call::<O>(request) {
            Ok(_) => Ok(()),
            Err(error) if self.keep && there.contains(&error.code) => Ok(()),
            Err(source) => Err(RunError::Refused { doing, source }),
        }
    }
}

/// The catalog entry of a scenario's table. A stream's table names it as Glue does, in its parameters.
fn table_input(name: &str, table: &Table) -> TableInput {
    let columns = |entries: &Entries<Spanned<String>>| {
        entries.iter().map(|(name, kind)| Column::new(name, &kind.value)).collect::<Vec<_>>()
    };
    let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
    let stream = table.stream.as_ref().map(|stream| {
        [pair("typeOfData", "kinesis"), pair("streamName", &stream.value)].into_iter().collect()
    });
    let classification = match table.format {
        TableFormat::Json => "json",
        TableFormat::Parquet => "parquet",
    };
    TableInput {
        name: Some(name.to_owned()),
        storage_descriptor: Some(StorageDescriptor {
            columns: Some(columns(&table.columns)),
            location: table.location.as_ref().map(|l| l.value.as_str().to_owned()),
            parameters: stream,
            ..Default::default()
        }),
        partition_keys: Some(columns(&table.partition_keys)),
        table_type: Some("EXTERNAL_TABLE".to_owned()),
        parameters: Some([pair("classification", classification)].into_iter().collect()),
        ..Default::default()
    }
}
