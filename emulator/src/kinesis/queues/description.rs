//! Queues as clients see them.

use serde::Serialize;

use super::{QueueAttributes, QueueStartingPosition, QueueStreamConfiguration, queue};
use crate::emulator::Identity;
use crate::kinesis::stream;
use crate::store::QueueRow;
use crate::time::Timestamp;

/// A queue, as all operations but the listing describe it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct QueueDescription {
    /// Its name.
    pub queue_name: String,
    /// Its ARN.
    #[serde(rename = "QueueARN")]
    pub queue_arn: String,
    /// Always `ACTIVE`.
    pub queue_status: String,
    /// When it was created.
    pub queue_creation_timestamp: Timestamp,
    /// The one stream that it reads, and where it began.
    pub stream_configuration_list: Vec<QueueStreamConfiguration>,
    /// What is set.
    pub queue_attributes: QueueAttributes,
}

impl QueueDescription {
    pub(super) fn new(identity: &Identity, queue: QueueRow) -> Self {
        Self {
            queue_arn: queue::arn(identity, &queue.id),
            queue_creation_timestamp: queue.created,
            stream_configuration_list: vec![QueueStreamConfiguration {
                stream_arn: Some(stream::arn(identity, &queue.stream_name)),
                starting_position: Some(QueueStartingPosition::of(&queue)),
            }],
            queue_attributes: QueueAttributes::of(&queue),
            queue_name: queue.name,
            queue_status: queue.status,
        }
    }
}

/// A queue in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct QueueSummary {
    /// Its name.
    pub queue_name: String,
    /// Its ARN.
    #[serde(rename = "QueueARN")]
    pub queue_arn: String,
    /// Always `ACTIVE`.
    pub queue_status: String,
    /// When it was created.
    pub queue_creation_timestamp: Timestamp,
    /// The one stream that it reads.
    pub streams: Vec<QueueStreamIdentifier>,
}

/// Names a stream, and tells it from a later one of the same name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct QueueStreamIdentifier {
    /// Its ARN.
    #[serde(rename = "StreamARN")]
    pub stream_arn: String,
    /// When it was created.
    pub stream_creation_timestamp: Timestamp,
}

impl QueueSummary {
    pub(super) fn new(identity: &Identity, queue: QueueRow) -> Self {
        Self {
            queue_arn: queue::arn(identity, &queue.id),
            queue_name: queue.name,
            queue_status: queue.status,
            queue_creation_timestamp: queue.created,
            streams: vec![QueueStreamIdentifier {
                stream_arn: stream::arn(identity, &queue.stream_name),
                stream_creation_timestamp: queue.stream_created,
            }],
        }
    }
}
