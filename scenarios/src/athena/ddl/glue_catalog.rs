//! The catalog and the keys of an emulator in the same process.

use wavetank_emulator::glue::{
    BatchCreatePartition, BatchCreatePartitionRequest, BatchDeletePartition, BatchDeletePartitionRequest,
    CreateDatabase, CreateDatabaseRequest, CreateTable, CreateTableRequest, DatabaseInput, DeleteDatabase,
    DeleteDatabaseRequest, DeleteTable, DeleteTableRequest, GetDatabase, GetDatabaseRequest, GetDatabases,
    GetDatabasesRequest, GetPartition, GetPartitionRequest, GetPartitions, GetPartitionsRequest, GetTable,
    GetTableRequest, GetTables, GetTablesRequest, PartitionError, PartitionInput, PartitionValueList,
    TableInput, UpdateDatabase, UpdateDatabaseRequest, UpdatePartition, UpdatePartitionRequest, UpdateTable,
    UpdateTableRequest,
};
use wavetank_emulator::s3::{ListObjectsV2, input};
use wavetank_emulator::{ApiError, Emulator, ErrorCode, Operation, Timestamp};

use super::catalog::{Catalog, CatalogResult};

/// Partitions that one call adds, at most.
const CREATED_MAX: usize = 100;
/// Partitions that one call deletes, at most.
const DELETED_MAX: usize = 25;

/// An emulator, and the time its calls are stamped with.
pub struct GlueCatalog<'a> {
    emulator: &'a Emulator,
    now: Timestamp,
}

impl<'a> GlueCatalog<'a> {
    /// The catalog of an emulator, at a time.
    pub fn new(emulator: &'a Emulator, now: Timestamp) -> Self {
        Self { emulator, now }
    }

    fn call<O: Operation>(&self, request: O::Request) -> CatalogResult<O::Response> {
        self.emulator.call::<O>(self.now, request)
    }
}

/// `None` where the catalog says that something is not there.
fn found<T>(result: CatalogResult<T>) -> CatalogResult<Option<T>> {
    match result {
        Err(error) if error.code == ErrorCode::EntityNotFoundException => Ok(None),
        result => result.map(Some),
    }
}

/// False where the catalog says that there is one already.
fn created<T>(result: CatalogResult<T>) -> CatalogResult<bool> {
    match result {
        Ok(_) => Ok(true),
        Err(error) if error.code == ErrorCode::AlreadyExistsException => Ok(false),
        Err(error) => Err(error),
    }
}

/// The first of the errors that single partitions had, beside one that is let be.
fn first_error(errors: &[PartitionError], except: ErrorCode) -> CatalogResult<()> {
    let details = errors.iter().map(|error| &error.error_detail);
    let code = except.to_string();
    match details.into_iter().find(|detail| detail.error_code != code) {
        None => Ok(()),
        Some(detail) => Err(ApiError::new(ErrorCode::InvalidInputException, detail.error_message.clone())),
    }
}

/// The database that is there whether Glue has it or not, as Athena's console and `ListDatabases` show it.
const DEFAULT: &str = "default";

fn default_one() -> DatabaseInput {
    DatabaseInput {
        name: Some(DEFAULT.to_owned()),
        description: Some("Default Hive database".to_owned()),
        ..DatabaseInput::default()
    }
}

impl Catalog for GlueCatalog<'_> {
    fn database(&self, name: &str) -> CatalogResult<Option<DatabaseInput>> {
        let database = found(self.call::<GetDatabase>(GetDatabaseRequest::new(name)))?;
        let database = database.map(|answer| answer.database.input);
        Ok(database.or_else(|| (name == DEFAULT).then(default_one)))
    }

    fn databases(&self) -> CatalogResult<Vec<DatabaseInput>> {
        let (mut databases, mut request) = (Vec::new(), GetDatabasesRequest::default());
        loop {
            let page = self.call::<GetDatabases>(request.clone())?;
            databases.extend(page.database_list.into_iter().map(|database| database.input));
            match page.next_token {
                None => break,
                token => request.next_token = token,
            }
        }
        if databases.iter().all(|database| database.name.as_deref() != Some(DEFAULT)) {
            databases.push(default_one());
            databases.sort_by(|one, other| one.name.cmp(&other.name));
        }
        Ok(databases)
    }

    fn create_database(&self, database: DatabaseInput) -> CatalogResult<bool> {
        let request =
            CreateDatabaseRequest { database_input: Some(database), ..CreateDatabaseRequest::default() };
        created(self.call::<CreateDatabase>(request))
    }

    fn update_database(&self, database: DatabaseInput) -> CatalogResult<()> {
        let name = database.name.clone();
        let request = UpdateDatabaseRequest { name, database_input: Some(database) };
        self.call::<UpdateDatabase>(request).map(|_| ())
    }

    fn delete_database(&self, name: &str) -> CatalogResult<()> {
        let request = DeleteDatabaseRequest { name: Some(name.to_owned()) };
        self.call::<DeleteDatabase>(request).map(|_| ())
    }

    fn table(&self, database: &str, name: &str) -> CatalogResult<Option<TableInput>> {
        let table = found(self.call::<GetTable>(GetTableRequest::new(database, name)))?;
        Ok(table.map(|answer| answer.table.input))
    }

    fn tables(&self, database: &str) -> CatalogResult<Vec<TableInput>> {
        let (mut tables, mut request) = (Vec::new(), GetTablesRequest::new(database));
        loop {
            let Some(page) = found(self.call::<GetTables>(request.clone()))? else { return Ok(tables) };
            tables.extend(page.table_list.into_iter().map(|table| table.input));
            match page.next_token {
                None => return Ok(tables),
                token => request.next_token = token,
            }
        }
    }

    fn create_table(&self, database: &str, table: TableInput) -> CatalogResult<bool> {
        if database == DEFAULT {
            // Its first table makes it one that Glue has.
            self.create_database(default_one())?;
        }
        created(self.call::<CreateTable>(CreateTableRequest::new(database, table)))
    }

    fn update_table(&self, database: &str, table: TableInput) -> CatalogResult<()> {
        self.call::<UpdateTable>(UpdateTableRequest::new(database, table)).map(|_| ())
    }

    fn delete_table(&self, database: &str, name: &str) -> CatalogResult<()> {
        self.call::<DeleteTable>(DeleteTableRequest::new(database, name)).map(|_| ())
    }

    fn partition(
        &self,
        database: &str,
        table: &str,
        values: &[String],
    ) -> CatalogResult<Option<PartitionInput>> {
        let request = GetPartitionRequest {
            database_name: Some(database.to_owned()),
            table_name: Some(table.to_owned()),
            partition_values: Some(values.to_vec()),
        };
        let partition = found(self.call::<GetPartition>(request))?;
        Ok(partition.map(|answer| answer.partition.input))
    }

    fn partitions(
        &self,
        database: &str,
        table: &str,
        expression: &str,
    ) -> CatalogResult<Vec<PartitionInput>> {
        let expression = (!expression.is_empty()).then(|| expression.to_owned());
        let mut request = GetPartitionsRequest { expression, ..GetPartitionsRequest::new(database, table) };
        let mut partitions = Vec::new();
        loop {
            let page = self.call::<GetPartitions>(request.clone())?;
            partitions.extend(page.partitions.into_iter().map(|partition| partition.input));
            match page.next_token {
                None => return Ok(partitions),
                token => request.next_token = token,
            }
        }
    }

    fn create_partitions(
        &self,
        database: &str,
        table: &str,
        partitions: Vec<PartitionInput>,
    ) -> CatalogResult<()> {
        for partitions in partitions.chunks(CREATED_MAX) {
            let request = BatchCreatePartitionRequest::new(database, table, partitions.to_vec());
            let answer = self.call::<BatchCreatePartition>(request)?;
            first_error(&answer.errors, ErrorCode::AlreadyExistsException)?;
        }
        Ok(())
    }

    fn update_partition(
        &self,
        database: &str,
        table: &str,
        values: &[String],
        partition: PartitionInput,
    ) -> CatalogResult<()> {
        let request = UpdatePartitionRequest {
            database_name: Some(database.to_owned()),
            table_name: Some(table.to_owned()),
            partition_value_list: Some(values.to_vec()),
            partition_input: Some(partition),
        };
        self.call::<UpdatePartition>(request).map(|_| ())
    }

    fn delete_partitions(&self, database: &str, table: &str, values: Vec<Vec<String>>) -> CatalogResult<()> {
        for values in values.chunks(DELETED_MAX) {
            let list = values.iter().map(|values| PartitionValueList { values: Some(values.clone()) });
            let request = BatchDeletePartitionRequest {
                database_name: Some(database.to_owned()),
                table_name: Some(table.to_owned()),
                partitions_to_delete: Some(list.collect()),
            };
            let answer = self.call::<BatchDeletePartition>(request)?;
            first_error(&answer.errors, ErrorCode::EntityNotFoundException)?;
        }
        Ok(())
    }

    fn keys(&self, bucket: &str, prefix: &str) -> CatalogResult<Vec<String>> {
        let (mut keys, mut request) = (Vec::new(), input::list_objects(bucket, prefix));
        loop {
            let page = match self.call::<ListObjectsV2>(request.clone()) {
                Err(error) if error.code == ErrorCode::NoSuchBucket => return Ok(Vec::new()),
                page => page?,
            };
            keys.extend(page.contents.into_iter().flatten().filter_map(|object| object.key));
            match page.next_continuation_token {
                None => return Ok(keys),
                token => request.continuation_token = token,
            }
        }
    }
}
