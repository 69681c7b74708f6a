//! The engine's ports as direct calls into the emulator: no sockets, no threads, deterministic.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use wavetank_emulator::glue::{
    BatchCreatePartition, BatchCreatePartitionRequest, Column, CreateTable, CreateTableRequest,
    PartitionInput, SerDeInfo, StorageDescriptor, TableInput,
};
use wavetank_emulator::kinesis::{
    GetRecordSpans, GetRecordsRequest, GetShardIterator, GetShardIteratorRequest, ListShards,
    ListShardsRequest, RecordSpan, SequenceNumber,
};
use wavetank_emulator::s3::{
    Content, DeleteObject, GetObject, ListObjectsV2, PutObject, PutObjectRequest, input,
};
use wavetank_emulator::{ApiError, Emulator, ErrorCode, Operation, Timestamp};
use wavetank_engine::ports::{
    Catalog, FailureKind, ObjectStore, PortError, PortFailure, PortResult, RecordsPage, ShardRecord,
    StartPosition, StreamApi, TableDefinition,
};
use wavetank_engine::sink::FileFormat;
use wavetank_engine::source::RecordRun;
use wavetank_engine::types::hive_type_name;

use crate::clock::VirtualClock;

/// The emulator and the clock that its calls are stamped with.
#[derive(Clone)]
pub struct Services {
    /// The services.
    pub emulator: Arc<Emulator>,
    /// The one clock.
    pub clock: VirtualClock,
}

impl Services {
    /// Calls an operation at the present virtual time.
    pub fn call<O: Operation>(&self, request: O::Request) -> Result<O::Response, ApiError> {
        self.emulator.call::<O>(self.clock.now(), request)
    }

    /// Every object of a bucket under a prefix: key and bytes, by key.
    pub fn objects(&self, bucket: &str, prefix: &str) -> Result<Vec<(String, u64)>, ApiError> {
        let mut request = input::list_objects(bucket, prefix);
        let mut objects = Vec::new();
        loop {
            let page = self.call::<ListObjectsV2>(request.clone())?;
            let listed = page.contents.into_iter().flatten();
            objects.extend(listed.filter_map(|object| Some((object.key?, object.size? as u64))));
            match page.next_continuation_token {
                None => return Ok(objects),
                token => request.continuation_token = token,
            }
        }
    }
}

/// Kinesis.
pub struct KinesisStreams(pub Services);

impl StreamApi for KinesisStreams {
    fn list_shards(&mut self, stream: &str) -> PortResult<Vec<String>> {
        let mut request = ListShardsRequest::new(stream);
        let mut shards = Vec::new();
        loop {
            let page = self.0.call::<ListShards>(request).map_err(marked)?;
            shards.extend(page.shards.into_iter().map(|shard| shard.shard_id.to_string()));
            match page.next_token {
                None => return Ok(shards),
                token => request = ListShardsRequest { next_token: token, ..Default::default() },
            }
        }
    }

    fn shard_iterator(&mut self, stream: &str, shard: &str, from: StartPosition<'_>) -> PortResult<String> {
        let (kind, sequence_number, timestamp) = match from {
            StartPosition::TrimHorizon => ("TRIM_HORIZON", None, None),
            StartPosition::AtTimestamp(millis) => {
                ("AT_TIMESTAMP", None, Some(Timestamp::from_millis(millis)))
            }
            StartPosition::AfterSequenceNumber(number) => {
                ("AFTER_SEQUENCE_NUMBER", Some(number.to_owned()), None)
            }
        };
        let request = GetShardIteratorRequest {
            stream_name: Some(stream.to_owned()),
            shard_id: Some(shard.to_owned()),
            shard_iterator_type: Some(kind.to_owned()),
            starting_sequence_number: sequence_number,
            timestamp,
            ..Default::default()
        };
        Ok(self.0.call::<GetShardIterator>(request).map_err(marked)?.shard_iterator)
    }

    fn get_records(&mut self, iterator: &str, limit: usize) -> PortResult<RecordsPage> {
        let limit = i32::try_from(limit).unwrap_or(i32::MAX);
        let request = GetRecordsRequest { limit: Some(limit), ..GetRecordsRequest::new(iterator) };
        let page = self.0.call::<GetRecordSpans>(request).map_err(marked)?;
        let run = |span| Arc::new(Run(span)) as Arc<dyn RecordRun>;
        Ok(RecordsPage {
            records: page.spans.into_iter().map(run).collect(),
            next_iterator: page.next_shard_iterator,
            behind_millis: page.millis_behind_latest,
        })
    }
}

/// Records as they lie in the emulator.
#[derive(Debug)]
struct Run(RecordSpan);

impl RecordRun for Run {
    fn records(&self) -> usize {
        self.0.len()
    }

    fn data<'a>(&'a self, places: Range<usize>) -> Box<dyn Iterator<Item = &'a [u8]> + 'a> {
        Box::new(self.0.data(places))
    }

    fn whole<'a>(&'a self, places: Range<usize>) -> Box<dyn Iterator<Item = ShardRecord> + 'a> {
        Box::new(self.0.records(places).map(|record| ShardRecord {
            sequence_number: named(record.sequence_number),
            partition_key: Bytes::from(record.partition_key).into(),
            arrival_millis: record.approximate_arrival_timestamp.as_millis(),
            data: record.data,
        }))
    }
}

/// A number that is written when somebody reads it.
fn named(number: SequenceNumber) -> wavetank_engine::source::SequenceNumber {
    wavetank_engine::source::SequenceNumber::number(number.limbs(), SequenceNumber::write_limbs)
}

/// Kinesis's error, marked if the engine can do something about it.
fn marked(error: ApiError) -> PortError {
    let kind = match error.code {
        ErrorCode::ExpiredIteratorException => FailureKind::ExpiredIterator,
        ErrorCode::LimitExceededException | ErrorCode::ProvisionedThroughputExceededException => {
            FailureKind::Throttled
        }
        _ => return error.into(),
    };
    PortFailure { kind, cause: error.into() }.into()
}

/// One S3 bucket.
pub struct BucketStore {
    /// The services.
    pub services: Services,
    /// Name of the bucket.
    pub bucket: String,
}

impl ObjectStore for BucketStore {
    fn put_pieces(&mut self, key: &str, pieces: Vec<Bytes>) -> PortResult<()> {
        // Nobody waits for an ETag here.
        let content = Content::undigested(pieces);
        self.services.call::<PutObject>(PutObjectRequest::new(&self.bucket, key, content))?;
        Ok(())
    }

    fn get(&mut self, key: &str) -> PortResult<Option<Bytes>> {
        match self.services.call::<GetObject>(input::get_object(&self.bucket, key)) {
            Ok(object) => Ok(Some(object.into_bytes()?)),
            Err(error) if error.code == ErrorCode::NoSuchKey => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    fn delete(&mut self, key: &str) -> PortResult<()> {
        self.services.call::<DeleteObject>(input::delete_object(&self.bucket, key))?;
        Ok(())
    }

    fn list(&mut self, prefix: &str) -> PortResult<Vec<String>> {
        let objects = self.services.objects(&self.bucket, prefix)?;
        Ok(objects.into_iter().map(|(key, _)| key).collect())
    }
}

/// The Glue Data Catalog.
pub struct GlueCatalog(pub Services);

impl Catalog for GlueCatalog {
    fn ensure_table(&mut self, table: &TableDefinition) -> PortResult<()> {
        let input = TableInput {
            name: Some(table.table.clone()),
            storage_descriptor: Some(storage(table, &table.location)),
            partition_keys: Some(glue_columns(&table.partition_keys)),
            table_type: Some("EXTERNAL_TABLE".to_owned()),
            parameters: Some(BTreeMap::from([(
                "classification".to_owned(),
                table.format.classification().to_owned(),
            )])),
            ..Default::default()
        };
        match self.0.call::<CreateTable>(CreateTableRequest::new(&table.database, input)) {
            Ok(_) => Ok(()),
            Err(error) if error.code == ErrorCode::AlreadyExistsException => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    fn ensure_partitions(
        &mut self,
        table: &TableDefinition,
        partitions: &BTreeMap<Vec<String>, String>,
    ) -> PortResult<()> {
        let partition = |(values, location): (&Vec<String>, &String)| PartitionInput {
            values: Some(values.clone()),
            storage_descriptor: Some(storage(table, location)),
            ..Default::default()
        };
        let inputs: Vec<PartitionInput> = partitions.iter().map(partition).collect();
        // The service takes a hundred at a time.
        for inputs in inputs.chunks(100) {
            let request = BatchCreatePartitionRequest::new(&table.database, &table.table, inputs.to_vec());
            let answer = self.0.call::<BatchCreatePartition>(request)?;
            let known = ErrorCode::AlreadyExistsException.name();
            if let Some(error) = answer.errors.iter().find(|e| e.error_detail.error_code != known) {
                return Err(error.error_detail.error_message.clone().into());
            }
        }
        Ok(())
    }
}

fn glue_columns(schema: &arrow::datatypes::Schema) -> Vec<Column> {
    schema.fields().iter().map(|f| Column::new(f.name(), hive_type_name(f.data_type()))).collect()
}

/// How the table's objects are read, in the classes that Hive and Athena know.
fn storage(table: &TableDefinition, location: &str) -> StorageDescriptor {
    let [input, output, serde] = match table.format {
        FileFormat::Parquet => [
            "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
            "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat",
            "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe",
        ],
        FileFormat::Json => [
            "org.apache.hadoop.mapred.TextInputFormat",
            "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat",
            "org.openx.data.jsonserde.JsonSerDe",
        ],
    };
    let class = |name: &str| Some(name.to_owned());
    StorageDescriptor {
        columns: Some(glue_columns(&table.schema)),
        location: Some(location.to_owned()),
        input_format: class(input),
        output_format: class(output),
        serde_info: Some(SerDeInfo { serialization_library: class(serde), ..Default::default() }),
        ..Default::default()
    }
}
