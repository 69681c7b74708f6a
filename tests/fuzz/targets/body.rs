//! One call of an operation that the input picks, on an emulator with a stream in it.

use std::sync::LazyLock;

use wavetank_emulator::operation::Wire;
use wavetank_emulator::{Codec, Emulator, Fault, Identity, OPERATIONS, Storage, Timestamp};

const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);

static EMULATOR: LazyLock<Emulator> = LazyLock::new(|| {
    let emulator = Emulator::open(Storage::Memory, Identity::default()).expect("memory opens");
    let create = br#"{"StreamName":"orders","ShardCount":2}"#;
    let created = emulator.invoke(NOW, "Kinesis_20131202.CreateStream", Codec::Json, create);
    created.expect("the stream is new");
    emulator
});

/// What a client sends is never the server's fault, but for old sequence numbers, on which AWS fails too.
pub fn call(codec: Codec, data: &[u8]) {
    let Some((pick, body)) = data.split_first() else { return };
    let operations = OPERATIONS.iter().filter(|route| matches!(route.wire, Wire::AwsJson(_)));
    let operations: Vec<&str> = operations.map(|route| route.name).collect();
    let operation = operations[usize::from(*pick) % operations.len()];
    if let Err(error) = EMULATOR.invoke(NOW, operation, codec, body) {
        let (_, _, fault) = error.code.wire();
        assert!(fault == Fault::Client || error.message.is_empty(), "{operation}: {error}");
    }
    // What was made is not to pile up.
    if EMULATOR.streams(NOW).is_ok_and(|streams| streams.len() > 50) {
        EMULATOR.clear().expect("memory clears");
    }
}
