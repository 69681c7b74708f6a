//! Kinesis Data Streams.
//!
//! A stream is a set of shards; each owns a range of the 128-bit hash keys and is a log of
//! records in the order of their sequence numbers. What takes its time on AWS is done at once here, or takes a time
//! that is chosen when the emulator is opened; and so shards take what they are given, or as much as on AWS
//! ([`Settings`](crate::Settings)).
//!
//! Kept and shown, and of no effect: encryption, metrics per shard, resource policies, warm throughput.
//!
//! Source: <https://docs.aws.amazon.com/kinesis/latest/APIReference/>; wording from kinesalite's
//! tests, recorded against AWS.

mod account_settings;
mod add_tags_to_stream;
pub mod channels;
mod consumer;
mod create_stream;
mod decrease_stream_retention_period;
mod delete_resource_policy;
mod delete_stream;
mod deregister_stream_consumer;
mod describe_account_settings;
mod describe_limits;
mod describe_stream;
mod describe_stream_consumer;
mod describe_stream_summary;
mod disable_enhanced_monitoring;
mod enable_enhanced_monitoring;
mod errors;
mod get_records;
mod get_resource_policy;
mod get_shard_iterator;
mod hash_key;
mod increase_stream_retention_period;
mod life_cycle;
mod list_shards;
mod list_stream_consumers;
mod list_streams;
mod list_tags_for_resource;
mod list_tags_for_stream;
mod merge_shards;
mod monitoring;
mod number_versions;
mod on_demand;
mod page_token;
mod partition_key;
mod put_record;
mod put_records;
mod put_resource_policy;
pub mod queues;
pub(crate) mod record_block;
mod record_span;
mod register_stream_consumer;
mod remove_tags_from_stream;
mod resharding;
mod resource;
mod resource_arn;
mod retention;
mod sequence_number;
mod shard;
mod shard_iterator;
mod split_shard;
mod start_stream_encryption;
mod stop_stream_encryption;
mod stream;
mod subscribe_to_shard;
mod tag_resource;
mod tags;
mod throttle;
mod untag_resource;
mod update_account_settings;
mod update_max_record_size;
mod update_shard_count;
mod update_stream_mode;
mod update_stream_record_distribution_strategy;
mod update_stream_warm_throughput;

pub use account_settings::{AccountSettingsResponse, CommitmentOutput};
pub use add_tags_to_stream::{AddTagsToStream, AddTagsToStreamRequest};
pub use consumer::{Consumer, ConsumerDescription};
pub use create_stream::{CreateStream, CreateStreamRequest};
pub use decrease_stream_retention_period::{
    DecreaseStreamRetentionPeriod, DecreaseStreamRetentionPeriodRequest,
};
pub use delete_resource_policy::{DeleteResourcePolicy, DeleteResourcePolicyRequest};
pub use delete_stream::{DeleteStream, DeleteStreamRequest};
pub use deregister_stream_consumer::{DeregisterStreamConsumer, DeregisterStreamConsumerRequest};
pub use describe_account_settings::{DescribeAccountSettings, DescribeAccountSettingsRequest};
pub use describe_limits::{DescribeLimits, DescribeLimitsRequest, DescribeLimitsResponse};
pub use describe_stream::{DescribeStream, DescribeStreamRequest, DescribeStreamResponse, StreamDescription};
pub use describe_stream_consumer::{
    DescribeStreamConsumer, DescribeStreamConsumerRequest, DescribeStreamConsumerResponse,
};
pub use describe_stream_summary::{
    DescribeStreamSummary, DescribeStreamSummaryRequest, DescribeStreamSummaryResponse, EnhancedMetrics,
    StreamDescriptionSummary, WarmThroughput,
};
pub use disable_enhanced_monitoring::{DisableEnhancedMonitoring, DisableEnhancedMonitoringRequest};
pub use enable_enhanced_monitoring::{EnableEnhancedMonitoring, EnableEnhancedMonitoringRequest};
pub use get_records::{
    ChildShard, GetRecordSpans, GetRecords, GetRecordsRequest, GetRecordsResponse, Record, RecordSpansPage,
};
pub use get_resource_policy::{GetResourcePolicy, GetResourcePolicyRequest, GetResourcePolicyResponse};
pub use get_shard_iterator::{GetShardIterator, GetShardIteratorRequest, GetShardIteratorResponse};
pub use hash_key::{HashKey, HashKeyRange};
pub use increase_stream_retention_period::{
    IncreaseStreamRetentionPeriod, IncreaseStreamRetentionPeriodRequest,
};
pub(crate) use life_cycle::settle;
pub use list_shards::{ListShards, ListShardsRequest, ListShardsResponse, ShardFilter};
pub use list_stream_consumers::{
    ListStreamConsumers, ListStreamConsumersRequest, ListStreamConsumersResponse,
};
pub use list_streams::{ListStreams, ListStreamsRequest, ListStreamsResponse, StreamSummary};
pub use list_tags_for_resource::{
    ListTagsForResource, ListTagsForResourceRequest, ListTagsForResourceResponse,
};
pub use list_tags_for_stream::{ListTagsForStream, ListTagsForStreamRequest, ListTagsForStreamResponse};
pub use merge_shards::{MergeShards, MergeShardsRequest};
pub use monitoring::EnhancedMonitoringResponse;
pub use partition_key::PartitionKey;
pub use put_record::{PutRecord, PutRecordRequest, PutRecordResponse};
pub use put_records::{
    PutRecords, PutRecordsRequest, PutRecordsRequestEntry, PutRecordsResponse, PutRecordsResultEntry,
};
pub use put_resource_policy::{PutResourcePolicy, PutResourcePolicyRequest};
pub use record_span::RecordSpan;
pub use register_stream_consumer::{
    RegisterStreamConsumer, RegisterStreamConsumerRequest, RegisterStreamConsumerResponse,
};
pub use remove_tags_from_stream::{RemoveTagsFromStream, RemoveTagsFromStreamRequest};
pub use sequence_number::{ParseSequenceNumberError, SequenceNumber};
pub use shard::{SequenceNumberRange, Shard, ShardId};
pub use split_shard::{SplitShard, SplitShardRequest};
pub use start_stream_encryption::{StartStreamEncryption, StartStreamEncryptionRequest};
pub use stop_stream_encryption::{StopStreamEncryption, StopStreamEncryptionRequest};
pub use stream::StreamModeDetails;
pub(crate) use stream::arn as stream_arn;
pub(crate) use subscribe_to_shard::Subscribers;
pub use subscribe_to_shard::{
    StartingPosition, SubscribeToShard, SubscribeToShardEvent, SubscribeToShardRequest, Subscription,
};
pub use tag_resource::{TagResource, TagResourceRequest};
pub use tags::Tag;
pub(crate) use throttle::Throttle;
pub use untag_resource::{UntagResource, UntagResourceRequest};
pub use update_account_settings::{CommitmentInput, UpdateAccountSettings, UpdateAccountSettingsRequest};
pub use update_max_record_size::{UpdateMaxRecordSize, UpdateMaxRecordSizeRequest};
pub use update_shard_count::{UpdateShardCount, UpdateShardCountRequest, UpdateShardCountResponse};
pub use update_stream_mode::{UpdateStreamMode, UpdateStreamModeRequest};
pub use update_stream_record_distribution_strategy::{
    UpdateStreamRecordDistributionStrategy, UpdateStreamRecordDistributionStrategyRequest,
};
pub use update_stream_warm_throughput::{
    UpdateStreamWarmThroughput, UpdateStreamWarmThroughputRequest, UpdateStreamWarmThroughputResponse,
};

/// Bytes of a record's data and partition key together, at most, unless the stream is told to take more: 1 MiB.
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
