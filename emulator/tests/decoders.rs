//! Every decoder under bytes that nobody would send: no panic, and an answer that AWS could have given.
//!
//! Each property is one target: bodies in JSON and in CBOR for every operation, from noise, from values of any shape, and
//! from valid bodies that were damaged; iterators and tokens.

#![allow(clippy::unwrap_used)] // In a test, a panic is the report.

use proptest::prelude::*;
use serde_json::{Map, Value, json};
use wavetank_emulator::operation::Wire;
use wavetank_emulator::{Codec, Emulator, ErrorCode, Fault, Identity, OPERATIONS, Storage, Timestamp};

const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);

/// Names that members of requests have, so that values of any shape reach their decoders.
const MEMBERS: &[&str] = &[
    "StreamName",
    "StreamARN",
    "ShardCount",
    "Records",
    "Data",
    "PartitionKey",
    "ExplicitHashKey",
    "ShardIterator",
    "ShardId",
    "ShardIteratorType",
    "StartingSequenceNumber",
    "Timestamp",
    "Limit",
    "NextToken",
    "Tags",
    "TagKeys",
    "ResourceARN",
    "StreamModeDetails",
    "StreamMode",
    "StartingPosition",
    "Type",
    "Entries",
    "ReceiptHandle",
    "QueueARN",
    "ShardFilter",
    "DatabaseName",
    "TableInput",
    "PartitionInputList",
];

fn operations() -> Vec<&'static str> {
    let named = |route: &wavetank_emulator::operation::Route| match route.wire {
        Wire::AwsJson(_) => Some(route.name),
        Wire::RestXml => None,
    };
    OPERATIONS.iter().filter_map(named).collect()
}

fn operation() -> impl Strategy<Value = &'static str> {
    prop::sample::select(operations())
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(|number| json!(number)),
        "\\PC{0,20}".prop_map(Value::from),
        Just(json!("orders")),
        Just(json!("arn:aws:kinesis:us-east-1:123456789012:stream/orders")),
        Just(json!("shardId-000000000000")),
        Just(json!("TRIM_HORIZON")),
        "[A-Za-z0-9+/]{0,24}={0,2}".prop_map(Value::from),
        "[0-9]{1,60}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 6, |inner| {
        let member = (prop::sample::select(MEMBERS), inner.clone());
        prop_oneof![
            prop::collection::vec(inner, 0..4).prop_map(Value::from),
            prop::collection::vec(member, 0..6).prop_map(object),
        ]
    })
}

fn request() -> impl Strategy<Value = Value> {
    prop::collection::vec((prop::sample::select(MEMBERS), value()), 0..8).prop_map(object)
}

fn object(members: Vec<(&'static str, Value)>) -> Value {
    Value::Object(members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect::<Map<_, _>>())
}

fn cbor(value: &Value) -> Vec<u8> {
    let mut bytes = Vec::new();
    ciborium::into_writer(value, &mut bytes).unwrap();
    bytes
}

fn emulator() -> Emulator {
    let emulator = Emulator::open(Storage::Memory, Identity::default()).unwrap();
    let create = br#"{"StreamName":"orders","ShardCount":2}"#;
    emulator.invoke(NOW, "Kinesis_20131202.CreateStream", Codec::Json, create).unwrap();
    emulator
}

/// Calls, and holds the answer against what AWS could answer: what the client sends is never the server's fault.
fn check(emulator: &Emulator, operation: &str, codec: Codec, body: &[u8]) -> Result<(), TestCaseError> {
    if let Err(error) = emulator.invoke(NOW, operation, codec, body) {
        let (_, status, fault) = error.code.wire();
        // An old sequence number is the one thing on which AWS itself fails.
        let fails = error.code == ErrorCode::InternalFailure && error.message.is_empty();
        prop_assert!(fails || (fault == Fault::Client && status < 500), "{operation}: {error}");
    }
    Ok(())
}

proptest! {
    #[test]
    fn noise_is_refused(operation in operation(), body: Vec<u8>) {
        let emulator = emulator();
        check(&emulator, operation, Codec::Json, &body)?;
        check(&emulator, operation, Codec::Cbor, &body)?;
    }

    #[test]
    fn values_of_any_shape_are_answered(operation in operation(), request in request()) {
        let emulator = emulator();
        check(&emulator, operation, Codec::Json, &serde_json::to_vec(&request).unwrap())?;
        check(&emulator, operation, Codec::Cbor, &cbor(&request))?;
    }

    #[test]
    fn damaged_bodies_are_answered(
        operation in operation(), request in request(), cut: prop::sample::Index, at: prop::sample::Index, by: u8
    ) {
        let emulator = emulator();
        for (codec, mut body) in [(Codec::Json, serde_json::to_vec(&request).unwrap()), (Codec::Cbor, cbor(&request))] {
            let place = at.index(body.len());
            body[place] ^= by;
            check(&emulator, operation, codec, &body)?;
            check(&emulator, operation, codec, &body[..cut.index(body.len())])?;
        }
    }

    #[test]
    fn iterators_and_tokens_that_were_made_up_are_refused(text in "[A-Za-z0-9+/\"]{0,300}={0,2}") {
        let emulator = emulator();
        for (operation, member) in [("GetRecords", "ShardIterator"), ("ListShards", "NextToken"), ("ListStreams", "NextToken")] {
            let body = json!({ (member): text }).to_string();
            let operation = format!("Kinesis_20131202.{operation}");
            let error = emulator.invoke(NOW, &operation, Codec::Json, body.as_bytes()).unwrap_err();
            let expected = [ErrorCode::InvalidArgumentException, ErrorCode::ValidationException];
            prop_assert!(expected.contains(&error.code), "{error}");
        }
    }

    #[test]
    fn signatures_are_whole_or_refused(authorization in "\\PC{0,200}", query in "[ -~]{0,200}") {
        let request = http::Request::post(format!("/?{query}")).header("authorization", authorization);
        if let Ok(request) = request.body(()) {
            let head = request.into_parts().0;
            prop_assert!(!wavetank_emulator::http::has_signature(&head), "{head:?}");
        }
    }
}
