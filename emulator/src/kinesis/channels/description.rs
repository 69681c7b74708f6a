//! Channels as clients see them.

use serde::Serialize;

use super::channel;
use super::settings::{
    ChannelEncryptionConfiguration, ChannelLoggingConfiguration, DeadLetterQueueS3Configuration,
    RecordConfiguration, S3StorageConfiguration, Settings,
};
use crate::emulator::Identity;
use crate::error::ApiError;
use crate::kinesis::stream;
use crate::store::ChannelRow;
use crate::time::Timestamp;

/// A channel, as all operations but the listing describe it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ChannelDescription {
    /// Its name.
    pub channel_name: String,
    /// Its ARN.
    #[serde(rename = "ChannelARN")]
    pub channel_arn: String,
    /// The id in its ARN.
    pub channel_id: String,
    /// Always `ACTIVE`.
    pub channel_status: String,
    /// Why the last delivery was not possible.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel_status_reason: Option<String>,
    /// When it was created.
    pub channel_creation_timestamp: Timestamp,
    /// The role that writes.
    #[serde(rename = "ServiceExecutionRoleARN")]
    pub service_execution_role_arn: String,
    /// The one stream that it reads.
    pub stream_configuration_list: Vec<ChannelStreamDescription>,
    /// The bucket that it delivers to.
    pub s3_destination_configuration: S3DestinationDescription,
    /// The key that encrypts what is delivered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encryption_configuration: Option<ChannelEncryptionConfiguration>,
    /// Where it logs.
    pub logging_configuration: ChannelLoggingConfiguration,
}

/// The stream that a channel reads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ChannelStreamDescription {
    /// Its ARN.
    #[serde(rename = "StreamARN")]
    pub stream_arn: String,
    /// When it was created.
    pub stream_creation_timestamp: Timestamp,
    /// What form its records have.
    pub record_configuration: RecordConfiguration,
}

/// The bucket that a channel delivers to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct S3DestinationDescription {
    /// How old a record may get before it is delivered.
    pub data_freshness_in_seconds: i64,
    /// The bucket for records that cannot be delivered.
    pub dead_letter_queue_s3_configuration: DeadLetterQueueS3Configuration,
    /// Where and how objects are stored.
    pub storage_configuration: S3StorageConfiguration,
}

impl ChannelDescription {
    pub(super) fn new(identity: &Identity, channel: ChannelRow) -> Result<Self, ApiError> {
        let settings = Settings::of(&channel)?;
        Ok(Self {
            channel_arn: channel::arn(identity, &channel.id),
            channel_name: channel.name,
            channel_id: channel.id,
            channel_status: channel.status,
            channel_status_reason: channel.status_reason,
            channel_creation_timestamp: channel.created,
            service_execution_role_arn: settings.role_arn,
            stream_configuration_list: vec![ChannelStreamDescription {
                stream_arn: stream::arn(identity, &channel.stream_name),
                stream_creation_timestamp: channel.stream_created,
                record_configuration: settings.record,
            }],
            s3_destination_configuration: S3DestinationDescription {
                data_freshness_in_seconds: channel.freshness_secs,
                dead_letter_queue_s3_configuration: settings.dead_letters,
                storage_configuration: settings.storage,
            },
            encryption_configuration: settings.encryption,
            logging_configuration: settings.logging,
        })
    }
}

/// A channel in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ChannelSummary {
    /// Its name.
    pub channel_name: String,
    /// Its ARN.
    #[serde(rename = "ChannelARN")]
    pub channel_arn: String,
    /// The id in its ARN.
    pub channel_id: String,
    /// Always `ACTIVE`.
    pub channel_status: String,
    /// Why the last delivery was not possible.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel_status_reason: Option<String>,
    /// When it was created.
    pub channel_creation_timestamp: Timestamp,
    /// Always `S3`.
    pub channel_destination_type: &'static str,
    /// The one stream that it reads.
    pub streams: Vec<ChannelStreamIdentifier>,
}

/// Names a stream, and tells it from a later one of the same name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ChannelStreamIdentifier {
    /// Its ARN.
    #[serde(rename = "StreamARN")]
    pub stream_arn: String,
    /// When it was created.
    pub stream_creation_timestamp: Timestamp,
}

impl ChannelSummary {
    pub(super) fn new(identity: &Identity, channel: ChannelRow) -> Self {
        Self {
            channel_arn: channel::arn(identity, &channel.id),
            channel_name: channel.name,
            channel_id: channel.id,
            channel_status: channel.status,
            channel_status_reason: channel.status_reason,
            channel_creation_timestamp: channel.created,
            channel_destination_type: "S3",
            streams: vec![ChannelStreamIdentifier {
                stream_arn: stream::arn(identity, &channel.stream_name),
                stream_creation_timestamp: channel.stream_created,
            }],
        }
    }
}
