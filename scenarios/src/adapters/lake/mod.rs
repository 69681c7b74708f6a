//! What a batch job needs of the world, over the emulator: tables and partitions of the Glue Data Catalog, and the
//! objects of all buckets under their whole locations.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::datatypes::{Field, Schema, SchemaRef};
use wavetank_emulator::glue::{
    Column, GetDatabases, GetDatabasesRequest, GetPartitions, GetPartitionsRequest, GetTable,
    GetTableRequest, GetTables, GetTablesRequest, StorageDescriptor, Table,
};
use wavetank_emulator::{ApiError, ErrorCode};
use wavetank_engine::ports::{
    BatchTables, Bytes, NewTable, ObjectStore, PortResult, StoredPartition, StoredTable,
};
use wavetank_engine::source::ObjectFormat;
use wavetank_engine::types::parse_hive_type;

use super::{BucketStore, Services};

/// Objects of every bucket, under `s3://bucket/key`.
pub struct Lake(pub Services);

impl Lake {
    /// The bucket of a location, and what of the location is the key.
    fn bucket<'k>(&self, location: &'k str) -> PortResult<(BucketStore, &'k str)> {
        let path = location.strip_prefix("s3://").and_then(|path| path.split_once('/'));
        let (bucket, key) =
            path.ok_or_else(|| format!("`{location}` is no location such as s3://bucket/key"))?;
        Ok((BucketStore { services: self.0.clone(), bucket: bucket.to_owned() }, key))
    }
}

impl ObjectStore for Lake {
    fn put_pieces(&mut self, key: &str, pieces: Vec<Bytes>) -> PortResult<()> {
        let (mut bucket, key) = self.bucket(key)?;
        bucket.put_pieces(key, pieces)
    }

    fn get(&mut self, key: &str) -> PortResult<Option<Bytes>> {
        let (mut bucket, key) = self.bucket(key)?;
        bucket.get(key)
    }

    fn delete(&mut self, key: &str) -> PortResult<()> {
        let (mut bucket, key) = self.bucket(key)?;
        bucket.delete(key)
    }

    fn list(&mut self, prefix: &str) -> PortResult<Vec<String>> {
        let (mut bucket, prefix) = self.bucket(prefix)?;
        let keys = bucket.list(prefix)?;
        Ok(keys.into_iter().map(|key| format!("s3://{}/{key}", bucket.bucket)).collect())
    }
}

/// The tables of the Glue Data Catalog.
///
/// A table's format is its parameter `classification`, or else that of its serialization library. JSON is one object
/// per line unless the table or its serialization has a parameter `multiLine` that is true.
pub struct GlueTables {
    /// The services.
    pub services: Services,
    /// The database of names without one.
    pub database: String,
    /// Tables whose next run reads these objects only, by table as `database.table`.
    pub only: BTreeMap<String, Vec<String>>,
    /// Where tables go that a job may create, by table as `database.table`.
    pub new_tables: BTreeMap<String, NewTable>,
}

impl GlueTables {
    /// The catalog as a job of a database sees it.
    pub fn new(services: Services, database: impl Into<String>) -> Self {
        Self { services, database: database.into(), only: BTreeMap::new(), new_tables: BTreeMap::new() }
    }

    fn full_name(&self, database: Option<&str>, table: &str) -> String {
        format!("{}.{table}", database.unwrap_or(&self.database)).to_lowercase()
    }

    fn databases(&self) -> Result<Vec<String>, ApiError> {
        let mut request = GetDatabasesRequest::default();
        let mut names = Vec::new();
        loop {
            let page = self.services.call::<GetDatabases>(request.clone())?;
            names.extend(page.database_list.into_iter().filter_map(|database| database.input.name));
            match page.next_token {
                None => return Ok(names),
                token => request.next_token = token,
            }
        }
    }
}

impl BatchTables for GlueTables {
    fn table(&mut self, database: Option<&str>, table: &str) -> PortResult<Option<StoredTable>> {
        let request = GetTableRequest::new(database.unwrap_or(&self.database), table);
        match self.services.call::<GetTable>(request) {
            Ok(answer) => stored_table(&answer.table).map(Some),
            Err(error) if error.code == ErrorCode::EntityNotFoundException => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    fn names(&mut self) -> PortResult<Vec<String>> {
        let mut names = Vec::new();
        for database in self.databases()? {
            let mut request = GetTablesRequest::new(&database);
            loop {
                let page = self.services.call::<GetTables>(request.clone())?;
                let tables = page.table_list.into_iter().filter_map(|table| table.input.name);
                names.extend(tables.map(|table| match database == self.database {
                    true => table,
                    false => format!("{database}.{table}"),
                }));
                match page.next_token {
                    None => break,
                    token => request.next_token = token,
                }
            }
        }
        Ok(names)
    }

    fn partitions(&mut self, table: &StoredTable) -> PortResult<Vec<StoredPartition>> {
        let mut request = GetPartitionsRequest {
            exclude_column_schema: Some(true),
            ..GetPartitionsRequest::new(&table.database, &table.table)
        };
        let mut partitions = Vec::new();
        loop {
            let page = self.services.call::<GetPartitions>(request.clone())?;
            partitions.extend(page.partitions.into_iter().map(|partition| StoredPartition {
                values: partition.input.values.unwrap_or_default(),
                location: location(partition.input.storage_descriptor.as_ref()),
            }));
            match page.next_token {
                None => return Ok(partitions),
                token => request.next_token = token,
            }
        }
    }

    fn only(&mut self, table: &StoredTable) -> PortResult<Option<Vec<String>>> {
        Ok(self.only.get(&self.full_name(Some(&table.database), &table.table)).cloned())
    }

    fn new_table(&mut self, database: Option<&str>, table: &str) -> PortResult<Option<NewTable>> {
        Ok(self.new_tables.get(&self.full_name(database, table)).cloned())
    }
}

fn location(storage: Option<&StorageDescriptor>) -> String {
    storage.and_then(|storage| storage.location.clone()).unwrap_or_default()
}

fn stored_table(table: &Table) -> PortResult<StoredTable> {
    let name = table.input.name.clone().unwrap_or_default();
    let storage = table.input.storage_descriptor.as_ref();
    let location = location(storage);
    if !location.starts_with("s3://") {
        return Err(format!("table `{name}` has no location in S3: `{location}`").into());
    }
    let columns = storage.and_then(|storage| storage.columns.as_deref()).unwrap_or_default();
    let keys = table.input.partition_keys.as_deref().unwrap_or_default();
    Ok(StoredTable {
        database: table.database_name.clone(),
        schema: schema(&name, columns)?,
        partition_keys: schema(&name, keys)?,
        location: if location.ends_with('/') { location } else { format!("{location}/") },
        format: format(table).ok_or_else(|| format!("table `{name}` is neither JSON nor Parquet"))?,
        table: name,
    })
}

fn schema(table: &str, columns: &[Column]) -> PortResult<SchemaRef> {
    let field = |column: &Column| -> PortResult<Field> {
        let name = column.name.clone().unwrap_or_default();
        let data_type = parse_hive_type(column.r#type.as_deref().unwrap_or("string"))
            .map_err(|error| format!("column `{name}` of table `{table}` has an unknown type: {error}"))?;
        Ok(Field::new(name, data_type, true))
    };
    Ok(Arc::new(Schema::new(columns.iter().map(field).collect::<PortResult<Vec<_>>>()?)))
}

/// What a table's objects are, if it is something that a job reads.
fn format(table: &Table) -> Option<ObjectFormat> {
    let storage = table.input.storage_descriptor.as_ref();
    let serde = storage.and_then(|storage| storage.serde_info.as_ref());
    let classification = table.input.parameters.as_ref().and_then(|all| all.get("classification"));
    let library = serde.and_then(|serde| serde.serialization_library.as_ref());
    let named = classification.or(library)?.to_lowercase();
    let parameters = [table.input.parameters.as_ref(), serde.and_then(|serde| serde.parameters.as_ref())];
    let mut parameters = parameters.into_iter().flatten().flatten();
    let documents = parameters
        .any(|(name, value)| name.eq_ignore_ascii_case("multiLine") && value.eq_ignore_ascii_case("true"));
    match (named.contains("parquet"), named.contains("json"), documents) {
        (true, ..) => Some(ObjectFormat::Parquet),
        (_, true, true) => Some(ObjectFormat::JsonDocument),
        (_, true, false) => Some(ObjectFormat::JsonLines),
        _ => None,
    }
}
