//! Channels: what comes into an on-demand stream is written to a bucket, an object for each interval.
//!
//! A channel begins where the stream ends when it is created, and is `ACTIVE` at once. Nothing here runs by itself:
//! what is due is written by the first call of any operation that comes then.
//!
//! Not emulated: streaming tables (S3 Tables), compression, schemas of the Glue Schema Registry, encryption, logs,
//! permissions, and quotas (five calls a second, one channel to a bucket per stream).
//!
//! Source: the documentation in botocore's model of Kinesis (1.44.5), and for keys, formats and the bounds of freshness
//! <https://docs.aws.amazon.com/streams/latest/dev/data-delivery-s3-about.html>. AWS publishes no wording of errors
//! beyond their codes; the sentences are this emulator's own, after those of streams.

mod channel;
mod create_channel;
mod delete_channel;
mod delivery;
mod describe_channel;
mod description;
mod errors;
mod key_template;
mod list_channels;
mod plan;
mod record_format;
mod settings;
mod update_channel;

pub(super) use channel::{check_none, check_there};
pub use create_channel::{
    ChannelStreamConfiguration, CreateChannel, CreateChannelRequest, CreateChannelResponse,
    S3DestinationConfiguration, S3TablesDestinationConfiguration,
};
pub use delete_channel::{DeleteChannel, DeleteChannelRequest};
pub(super) use delivery::{deliver_due, next_delivery};
pub use describe_channel::{DescribeChannel, DescribeChannelRequest, DescribeChannelResponse};
pub use description::{
    ChannelDescription, ChannelStreamDescription, ChannelStreamIdentifier, ChannelSummary,
    S3DestinationDescription,
};
pub use list_channels::{ListChannels, ListChannelsRequest, ListChannelsResponse, StreamFilter};
pub use settings::{
    ChannelEncryptionConfiguration, ChannelLoggingConfiguration, CloudWatchLogs,
    DeadLetterQueueS3Configuration, RecordConfiguration, S3StorageConfiguration,
};
pub use update_channel::{S3DestinationUpdate, UpdateChannel, UpdateChannelRequest, UpdateChannelResponse};
