//! Bodies in JSON: the first byte picks the operation, the rest is its body.
#![no_main]

#[path = "body.rs"]
mod body;

use wavetank_emulator::Codec;

libfuzzer_sys::fuzz_target!(|data: &[u8]| body::call(Codec::Json, data));
