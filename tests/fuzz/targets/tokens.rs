//! Iterators and tokens, which clients hand back as they please.
#![no_main]

use wavetank_emulator::{Codec, Emulator, Identity, Storage, Timestamp};

libfuzzer_sys::fuzz_target!(|text: &str| {
    let emulator = Emulator::open(Storage::Memory, Identity::default()).expect("memory opens");
    let now = Timestamp::from_millis(1_700_000_000_000);
    for (operation, member) in
        [("GetRecords", "ShardIterator"), ("ListShards", "NextToken"), ("ListStreams", "NextToken")]
    {
        let body = format!("{{\"{member}\":{text:?}}}");
        let _ = emulator.invoke(now, &format!("Kinesis_20131202.{operation}"), Codec::Json, body.as_bytes());
    }
});
