//! Queues: the records of an on-demand stream handed out one by one, and again until they are acknowledged.
//!
//! A record that was received is in flight until its visibility timeout ends; then it can be received again. One that
//! was received as often as the queue allows becomes a dead letter when it would be visible again: other operations
//! receive it, and restore it. What the stream does not keep any more, no queue hands out.
//!
//! The state is small: for each shard the first record that was never handed out, and a row for each record that was
//! and is not acknowledged. Queues are `ACTIVE` as soon as they exist.
//!
//! Not emulated: permissions, encryption, and throttling. Operations answer at once whatever they are told to wait:
//! waiting is for who has a clock, and asks again.
//!
//! Source: the documentation in botocore's model of Kinesis (1.44.5), which is that of
//! <https://docs.aws.amazon.com/kinesis/latest/APIReference/API_CreateQueue.html>. AWS publishes no wording of errors
//! beyond their codes; the sentences are this emulator's own, after those of streams.

mod acknowledge_dead_letter_queue_records;
mod acknowledge_queue_records;
mod attributes;
mod create_queue;
mod delete_queue;
mod describe_queue;
mod description;
mod entries;
mod errors;
mod list_queues;
mod queue;
mod receipt_handle;
mod receive;
mod receive_dead_letter_queue_records;
mod receive_queue_records;
mod restore_dead_letter_queue_records;
mod starting_position;
mod update_dead_letter_queue_records_visibility;
mod update_queue;
mod update_queue_records_visibility;

pub use acknowledge_dead_letter_queue_records::AcknowledgeDeadLetterQueueRecords;
pub use acknowledge_queue_records::AcknowledgeQueueRecords;
pub use attributes::{DeadLetterConfiguration, QueueAttributes};
pub use create_queue::{CreateQueue, CreateQueueRequest, CreateQueueResponse};
pub use delete_queue::{DeleteQueue, DeleteQueueRequest};
pub use describe_queue::{DescribeQueue, DescribeQueueRequest, DescribeQueueResponse};
pub use description::{QueueDescription, QueueStreamIdentifier, QueueSummary};
pub use entries::{
    EntriesResponse, ReceiptEntry, ReceiptsRequest, RefusedEntry, SuccessfulEntry, VisibilitiesRequest,
    VisibilityEntry,
};
pub use list_queues::{ListQueues, ListQueuesRequest, ListQueuesResponse};
pub(super) use queue::{check_none, check_there};
pub use receive::{QueueRecord, ReceiveRequest, ReceiveResponse};
pub use receive_dead_letter_queue_records::ReceiveDeadLetterQueueRecords;
pub use receive_queue_records::ReceiveQueueRecords;
pub use restore_dead_letter_queue_records::RestoreDeadLetterQueueRecords;
pub use starting_position::{QueueStartingPosition, QueueStreamConfiguration};
pub use update_dead_letter_queue_records_visibility::UpdateDeadLetterQueueRecordsVisibility;
pub use update_queue::{UpdateQueue, UpdateQueueRequest, UpdateQueueResponse};
pub use update_queue_records_visibility::UpdateQueueRecordsVisibility;

#[cfg(test)]
mod tests;
