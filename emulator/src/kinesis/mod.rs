//! Kinesis Data Streams.
//!
//! A stream is a set of shards; each owns a range of the 128-bit hash keys and is a log of
//! records in the order of their sequence numbers. Streams are active as soon as they exist, and
//! stay so while they are resharded.
//!
//! Not emulated: throughput limits (nothing is ever throttled), consumers with enhanced fan-out,
//! tags, encryption.
//!
//! Source: <https://docs.aws.amazon.com/kinesis/latest/APIReference/>; wording from kinesalite's
//! tests, recorded against AWS.

pub mod channels;
mod create_stream;
mod decrease_stream_retention_period;
mod delete_stream;
mod describe_stream_summary;
mod errors;
mod get_records;
mod get_shard_iterator;
mod hash_key;
mod increase_stream_retention_period;
mod list_shards;
mod list_streams;
mod merge_shards;
mod on_demand;
mod put_record;
mod put_records;
pub mod queues;
pub(crate) mod record_block;
mod request_tags;
mod resharding;
mod resource_arn;
mod retention;
mod sequence_number;
mod shard;
mod shard_iterator;
mod split_shard;
mod stream;

pub use create_stream::{CreateStream, CreateStreamRequest};
pub use decrease_stream_retention_period::{
    DecreaseStreamRetentionPeriod, DecreaseStreamRetentionPeriodRequest,
};
pub use delete_stream::{DeleteStream, DeleteStreamRequest};
pub use describe_stream_summary::{
    DescribeStreamSummary, DescribeStreamSummaryRequest, DescribeStreamSummaryResponse, EnhancedMetrics,
    StreamDescriptionSummary,
};
pub use get_records::{ChildShard, GetRecords, GetRecordsRequest, GetRecordsResponse, Record};
pub use get_shard_iterator::{GetShardIterator, GetShardIteratorRequest, GetShardIteratorResponse};
pub use hash_key::{HashKey, HashKeyRange};
pub use increase_stream_retention_period::{
    IncreaseStreamRetentionPeriod, IncreaseStreamRetentionPeriodRequest,
};
pub use list_shards::{ListShards, ListShardsRequest, ListShardsResponse, ShardFilter};
pub use list_streams::{ListStreams, ListStreamsRequest, ListStreamsResponse, StreamSummary};
pub use merge_shards::{MergeShards, MergeShardsRequest};
pub use put_record::{PutRecord, PutRecordRequest, PutRecordResponse};
pub use put_records::{
    PutRecords, PutRecordsRequest, PutRecordsRequestEntry, PutRecordsResponse, PutRecordsResultEntry,
};
pub use sequence_number::{ParseSequenceNumberError, SequenceNumber};
pub use shard::{SequenceNumberRange, Shard, ShardId};
pub use split_shard::{SplitShard, SplitShardRequest};
pub use stream::StreamModeDetails;

/// Bytes of a record's data and partition key together, at most: 1 MiB.
pub const RECORD_BYTES_MAX: usize = 1 << 20;
/// Records in one `PutRecords`, at most.
pub const PUT_RECORDS_ENTRIES_MAX: usize = 500;
/// Bytes in one `PutRecords`, at most: 10 MiB.
pub const PUT_RECORDS_BYTES_MAX: usize = 10 << 20;
/// Records in one answer of `GetRecords`, at most.
pub const GET_RECORDS_ENTRIES_MAX: usize = 10_000;
/// Bytes in one answer of `GetRecords`, at most (unless its first record alone is greater): 10 MiB.
pub const GET_RECORDS_BYTES_MAX: usize = 10 << 20;
/// How long a shard iterator can be used, in milliseconds.
pub const ITERATOR_LIFETIME_MS: i64 = 300_000;
