//! Stories of queues. Laws are in `laws`.

use std::collections::BTreeSet;

use super::*;
use crate::error::ErrorCode;
use crate::kinesis::{
    CreateStream, CreateStreamRequest, DeleteStream, DeleteStreamRequest, PutRecords, PutRecordsRequest,
    PutRecordsRequestEntry, StreamModeDetails, UpdateStreamMode, UpdateStreamModeRequest,
};
use crate::{ApiError, Emulator, Identity, Storage, Timestamp};

mod laws;

const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);
const ARN: &str = "arn:aws:kinesis:us-east-1:123456789012:stream/orders";
const HOUR_SECS: i64 = 3600;

fn at(secs: i64) -> Timestamp {
    NOW.plus_millis(secs * 1000)
}

/// A queue on the on-demand stream `orders`.
struct Fixture {
    emulator: Emulator,
    queue: QueueDescription,
}

impl Fixture {
    fn new(attributes: Option<QueueAttributes>) -> Self {
        let emulator = Emulator::open(Storage::Memory, Identity::default()).unwrap();
        let request = CreateStreamRequest { stream_name: Some("orders".to_owned()), ..Default::default() };
        emulator.call::<CreateStream>(NOW, request).unwrap();
        let queue = create(&emulator, NOW, "work", None, attributes).unwrap();
        Self { emulator, queue }
    }

    /// Puts records of one shard.
    fn put(&self, now: Timestamp, data: &[&str]) {
        let entries = data.iter().map(|data| PutRecordsRequestEntry::new("k", data.to_string()));
        let request = PutRecordsRequest::new("orders", entries.collect());
        self.emulator.call::<PutRecords>(now, request).unwrap();
    }

    fn request(&self) -> ReceiveRequest {
        ReceiveRequest::new(&self.queue.queue_arn)
    }

    fn receive(&self, now: Timestamp) -> Vec<QueueRecord> {
        self.emulator.call::<ReceiveQueueRecords>(now, self.request()).unwrap().queue_records
    }

    fn receive_dead(&self, now: Timestamp) -> Vec<QueueRecord> {
        self.emulator.call::<ReceiveDeadLetterQueueRecords>(now, self.request()).unwrap().queue_records
    }

    fn receipts(&self, handles: &[&str]) -> ReceiptsRequest {
        let entries = handles.iter().map(|handle| ReceiptEntry { receipt_handle: Some(handle.to_string()) });
        let entries = Some(entries.collect());
        ReceiptsRequest { queue_arn: Some(self.queue.queue_arn.clone()), entries }
    }

    fn acknowledge(&self, now: Timestamp, handles: &[&str]) -> EntriesResponse {
        self.emulator.call::<AcknowledgeQueueRecords>(now, self.receipts(handles)).unwrap()
    }

    fn visibility(&self, handle: &str, secs: i32) -> VisibilitiesRequest {
        let entry = VisibilityEntry {
            receipt_handle: Some(handle.to_owned()),
            visibility_timeout_seconds: Some(secs),
        };
        VisibilitiesRequest { queue_arn: Some(self.queue.queue_arn.clone()), entries: Some(vec![entry]) }
    }
}

fn create(
    emulator: &Emulator,
    now: Timestamp,
    name: &str,
    starting_position: Option<QueueStartingPosition>,
    queue_attributes: Option<QueueAttributes>,
) -> Result<QueueDescription, ApiError> {
    let request = CreateQueueRequest {
        queue_name: Some(name.to_owned()),
        stream_configuration_list: Some(vec![QueueStreamConfiguration {
            stream_arn: Some(ARN.to_owned()),
            starting_position,
        }]),
        queue_attributes,
        tags: None,
    };
    Ok(emulator.call::<CreateQueue>(now, request)?.queue_description)
}

fn position(position_type: &str, timestamp: Option<Timestamp>) -> Option<QueueStartingPosition> {
    Some(QueueStartingPosition { position_type: Some(position_type.to_owned()), timestamp })
}

fn attributes(visibility_secs: i32, max_receives: Option<i32>) -> Option<QueueAttributes> {
    let target_type = if max_receives.is_some() { "BUILT_IN" } else { "NONE" };
    Some(QueueAttributes {
        visibility_timeout_seconds: Some(visibility_secs),
        dead_letter_configuration: Some(DeadLetterConfiguration {
            target_type: Some(target_type.to_owned()),
            max_receive_count: max_receives,
        }),
    })
}

fn data(records: &[QueueRecord]) -> Vec<&str> {
    records.iter().map(|record| std::str::from_utf8(&record.data).unwrap()).collect()
}

fn codes(response: &EntriesResponse) -> Vec<&str> {
    response.failed.iter().map(|entry| entry.error_code.as_str()).collect()
}

#[test]
fn record_is_in_flight_until_its_timeout_and_gone_when_acknowledged() {
    let fixture = Fixture::new(None);
    fixture.put(at(1), &["a", "b"]);
    let first = fixture.receive(at(2));
    assert_eq!(data(&first), ["a", "b"]);
    assert!(fixture.receive(at(31)).is_empty());
    fixture.acknowledge(at(31), &[&first[0].receipt_handle]);
    let again = fixture.receive(at(32));
    assert_eq!(data(&again), ["b"]);
    assert_eq!((again[0].receive_count, again[0].first_receive_timestamp), (2, at(2)));
    assert_eq!(again[0].record_id, first[1].record_id);
    assert_ne!(again[0].receipt_handle, first[1].receipt_handle);
    assert!(again[0].record_id.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    fixture.acknowledge(at(33), &[&again[0].receipt_handle]);
    assert!(fixture.receive(at(10_000)).is_empty());
}

#[test]
fn stale_and_foreign_handles_fail_alone() {
    let fixture = Fixture::new(None);
    let other = create(&fixture.emulator, NOW, "other", None, None).unwrap();
    fixture.put(at(1), &["a", "b"]);
    let first = fixture.receive(at(2));
    let foreign = fixture.emulator.call::<ReceiveQueueRecords>(at(2), ReceiveRequest::new(other.queue_arn));
    let foreign = foreign.unwrap().queue_records;
    assert_eq!(foreign[0].record_id, first[0].record_id);
    let second = fixture.receive(at(40));
    let (stale, last) = (first[0].receipt_handle.as_str(), second[1].receipt_handle.as_str());
    let response = fixture.acknowledge(at(41), &[stale, "nonsense", &foreign[0].receipt_handle, last, last]);
    assert_eq!(response.successful.len(), 1);
    let invalid = "InvalidArgumentException";
    assert_eq!(codes(&response), [invalid, invalid, invalid, "ResourceNotFoundException"]);
    assert_eq!(
        response.failed[0].error_message,
        "The receipt handle is not that of the latest receive of the record."
    );
    assert_eq!(data(&fixture.receive(at(80))), ["a"]);
}

#[test]
fn handle_holds_after_the_timeout_as_long_as_nobody_received_the_record() {
    let fixture = Fixture::new(None);
    fixture.put(at(1), &["a"]);
    let first = fixture.receive(at(2));
    let response = fixture.acknowledge(at(1000), &[&first[0].receipt_handle]);
    assert_eq!(response.successful.len(), 1);
    assert!(fixture.receive(at(1001)).is_empty());
}

#[test]
fn visibility_can_be_extended_and_ended() {
    let fixture = Fixture::new(None);
    fixture.put(at(1), &["a"]);
    let first = fixture.receive(at(2));
    let change = |now, handle: &str, secs| {
        let request = fixture.visibility(handle, secs);
        fixture.emulator.call::<UpdateQueueRecordsVisibility>(now, request).unwrap()
    };
    change(at(30), &first[0].receipt_handle, 100);
    assert!(fixture.receive(at(129)).is_empty());
    let second = fixture.receive(at(130));
    assert_eq!(second[0].receive_count, 2);
    assert_eq!(codes(&change(at(131), &first[0].receipt_handle, 0)), ["InvalidArgumentException"]);
    change(at(131), &second[0].receipt_handle, 0);
    assert_eq!(fixture.receive(at(131))[0].receive_count, 3);
}

#[test]
fn request_can_say_how_long_records_are_in_flight() {
    let fixture = Fixture::new(None);
    fixture.put(at(1), &["a", "b", "c"]);
    let request = ReceiveRequest { limit: Some(2), visibility_timeout_seconds: Some(5), ..fixture.request() };
    let first = fixture.emulator.call::<ReceiveQueueRecords>(at(2), request).unwrap().queue_records;
    assert_eq!(data(&first), ["a", "b"]);
    assert_eq!(data(&fixture.receive(at(7))), ["a", "b", "c"]);
}

#[test]
fn of_the_shards_the_one_with_the_oldest_record_comes_first() {
    let fixture = Fixture::new(None);
    // The keys belong to different shards.
    for (secs, key) in [(1, "e"), (2, "a"), (3, "b"), (4, "a"), (5, "e")] {
        let entry = PutRecordsRequestEntry::new(key, secs.to_string());
        let request = PutRecordsRequest::new("orders", vec![entry]);
        fixture.emulator.call::<PutRecords>(at(secs), request).unwrap();
    }
    let received = fixture.receive(at(6));
    assert_eq!(data(&received), ["1", "2", "3", "4", "5"]);
    let shards: BTreeSet<&str> = received.iter().map(|record| &record.record_id[12..20]).collect();
    assert!(shards.len() > 1);
}

#[test]
fn record_received_often_enough_becomes_a_dead_letter_and_can_be_restored() {
    let fixture = Fixture::new(attributes(10, Some(2)));
    fixture.put(at(0), &["a"]);
    fixture.receive(at(0));
    let second = fixture.receive(at(10));
    assert!(fixture.receive_dead(at(19)).is_empty());
    assert!(fixture.receive(at(20)).is_empty());
    let response = fixture.acknowledge(at(20), &[&second[0].receipt_handle]);
    assert_eq!(codes(&response), ["InvalidArgumentException"]);
    let dead = fixture.receive_dead(at(20));
    assert_eq!((data(&dead), dead[0].receive_count), (vec!["a"], 3));
    assert!(fixture.receive_dead(at(29)).is_empty(), "dead letters are in flight, too");
    let handle = dead[0].receipt_handle.as_str();
    assert_eq!(codes(&fixture.acknowledge(at(29), &[handle])), ["InvalidArgumentException"]);
    let restore = || {
        let request = fixture.receipts(&[handle]);
        fixture.emulator.call::<RestoreDeadLetterQueueRecords>(at(29), request).unwrap()
    };
    assert_eq!(restore().successful.len(), 1);
    assert_eq!(codes(&restore()), ["InvalidArgumentException"]);
    assert!(fixture.receive_dead(at(1000)).is_empty());
    let again = fixture.receive(at(29));
    assert_eq!((again[0].receive_count, again[0].first_receive_timestamp), (1, at(0)));
}

#[test]
fn dead_letters_are_acknowledged_and_made_visible_by_operations_of_their_own() {
    let fixture = Fixture::new(attributes(0, Some(1)));
    fixture.put(at(0), &["a"]);
    fixture.receive(at(0));
    let request = ReceiveRequest { visibility_timeout_seconds: Some(50), ..fixture.request() };
    let dead = fixture.emulator.call::<ReceiveDeadLetterQueueRecords>(at(1), request).unwrap().queue_records;
    let request = fixture.visibility(&dead[0].receipt_handle, 7);
    fixture.emulator.call::<UpdateDeadLetterQueueRecordsVisibility>(at(2), request).unwrap();
    assert!(fixture.receive_dead(at(8)).is_empty());
    let dead = fixture.receive_dead(at(9));
    let request = fixture.receipts(&[&dead[0].receipt_handle]);
    let response = fixture.emulator.call::<AcknowledgeDeadLetterQueueRecords>(at(9), request).unwrap();
    assert_eq!(response.successful.len(), 1);
    assert!(fixture.receive_dead(at(1000)).is_empty());
}

#[test]
fn queue_without_dead_letters_hands_out_for_ever() {
    let fixture = Fixture::new(attributes(0, None));
    fixture.put(at(0), &["a"]);
    for count in 1..=20 {
        assert_eq!(fixture.receive(at(1))[0].receive_count, count);
    }
    // From here on four receives are enough, and there were twenty.
    let request = UpdateQueueRequest {
        queue_arn: Some(fixture.queue.queue_arn.clone()),
        queue_attributes: attributes(0, Some(4)),
    };
    fixture.emulator.call::<UpdateQueue>(at(1), request).unwrap();
    assert!(fixture.receive(at(1)).is_empty());
    assert_eq!(data(&fixture.receive_dead(at(1))), ["a"]);
}

#[test]
fn queue_begins_where_it_is_told() {
    let fixture = Fixture::new(None);
    fixture.put(at(10), &["a"]);
    fixture.put(at(20), &["b"]);
    let received = |name: &str, start| {
        let queue = create(&fixture.emulator, at(20), name, start, None).unwrap();
        let request = ReceiveRequest::new(&queue.queue_arn);
        let records = fixture.emulator.call::<ReceiveQueueRecords>(at(20), request).unwrap().queue_records;
        let start = queue.stream_configuration_list[0].starting_position.clone().unwrap();
        (data(&records).join(""), start.timestamp.unwrap())
    };
    assert_eq!(received("latest", None), (String::new(), at(20)));
    assert_eq!(received("horizon", position("TRIM_HORIZON", None)), ("ab".to_owned(), NOW));
    assert_eq!(received("time", position("AT_TIMESTAMP", Some(at(15)))), ("b".to_owned(), at(15)));
    assert_eq!(received("early", position("AT_TIMESTAMP", Some(at(-9)))), ("ab".to_owned(), NOW));
    let refusal = |start| create(&fixture.emulator, at(20), "x", start, None).unwrap_err().code;
    assert_eq!(refusal(position("AT_TIMESTAMP", None)), ErrorCode::ValidationException);
    assert_eq!(refusal(position("LATEST", Some(NOW))), ErrorCode::ValidationException);
}

#[test]
fn what_the_stream_does_not_keep_is_not_handed_out() {
    let fixture = Fixture::new(None);
    fixture.put(at(0), &["a", "b"]);
    let request = ReceiveRequest { limit: Some(1), ..fixture.request() };
    let first = fixture.emulator.call::<ReceiveQueueRecords>(at(1), request).unwrap().queue_records;
    fixture.put(at(5), &["c"]);
    let later = at(24 * HOUR_SECS + 1);
    assert_eq!(data(&fixture.receive(later)), ["c"]);
    let response = fixture.acknowledge(later, &[&first[0].receipt_handle]);
    assert_eq!(codes(&response), ["ResourceNotFoundException"]);
}

#[test]
fn queue_without_a_number_of_receives_is_refused() {
    let emulator = Fixture::new(None).emulator;
    let mut attributes = attributes(1, Some(1));
    attributes.as_mut().unwrap().dead_letter_configuration.as_mut().unwrap().max_receive_count = None;
    let error = create(&emulator, NOW, "x", None, attributes).unwrap_err();
    assert_eq!(error.code, ErrorCode::ValidationException);
    let error = create(&emulator, NOW, "work", None, None).unwrap_err();
    assert_eq!(error.code, ErrorCode::ResourceInUseException);
}

#[test]
fn stream_takes_twenty_queues_and_is_not_deleted_with_one() {
    let fixture = Fixture::new(None);
    for index in 1..20 {
        create(&fixture.emulator, NOW, &format!("queue-{index}"), None, None).unwrap();
    }
    let error = create(&fixture.emulator, NOW, "one-more", None, None).unwrap_err();
    assert_eq!(error.code, ErrorCode::LimitExceededException);
    let provisioned = UpdateStreamModeRequest {
        stream_arn: Some(ARN.to_owned()),
        stream_mode_details: Some(StreamModeDetails { stream_mode: Some("PROVISIONED".to_owned()) }),
        ..Default::default()
    };
    let error = fixture.emulator.call::<UpdateStreamMode>(NOW, provisioned).unwrap_err();
    assert_eq!(error.code, ErrorCode::ResourceInUseException);
    let delete = || fixture.emulator.call::<DeleteStream>(NOW, DeleteStreamRequest::new("orders"));
    assert_eq!(delete().unwrap_err().code, ErrorCode::ResourceInUseException);
    let mut next_token = None;
    let mut names = Vec::new();
    loop {
        let request = ListQueuesRequest { max_results: Some(7), next_token, stream_filter: None };
        let page = fixture.emulator.call::<ListQueues>(NOW, request).unwrap();
        for queue in page.queue_summaries {
            let request = DeleteQueueRequest { queue_arn: Some(queue.queue_arn) };
            fixture.emulator.call::<DeleteQueue>(NOW, request).unwrap();
            names.push(queue.queue_name);
        }
        next_token = page.next_token;
        if next_token.is_none() {
            break;
        }
    }
    assert_eq!(names.len(), 20);
    assert!(names.is_sorted());
    delete().unwrap();
}
