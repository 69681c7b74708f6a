//! Ids of requests, which every answer carries: unique in a process, and repeatable with the seed.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::base64;

/// The long id of AWS is base64 of so many bytes.
const EXTENDED_BYTES: usize = 72;

/// Where ids of requests come from.
pub(super) struct RequestIds {
    seed: u64,
    next: AtomicU64,
}

/// The two ids of one request.
pub(super) struct RequestId {
    /// `x-amzn-RequestId`: a UUID.
    pub uuid: String,
    /// `x-amz-id-2`.
    pub extended: String,
}

impl RequestIds {
    pub fn new(seed: u64) -> Self {
        Self { seed, next: AtomicU64::new(0) }
    }

    pub fn mint(&self) -> RequestId {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let first = mix(self.seed ^ mix(number));
        let mut words = (0..).map(|index| mix(first.wrapping_add(index)));
        let uuid = uuid(words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let extended: Vec<u8> = words.flat_map(u64::to_be_bytes).take(EXTENDED_BYTES).collect();
        RequestId { uuid, extended: base64::encode(&extended) }
    }
}

/// A UUID of version 4, as far as its form goes.
fn uuid(high: u64, low: u64) -> String {
    let (high, low) = (high & !0xf000 | 0x4000, low & !(0b11 << 62) | (0b10 << 62));
    format!(
        "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
        high >> 32,
        high >> 16 & 0xffff,
        high & 0xffff,
        low >> 48,
        low & 0xffff_ffff_ffff
    )
}

/// One step of SplitMix64: a bijection that spreads neighbours far apart.
/// Source: Steele, Lea, Flood: Fast splittable pseudorandom number generators, OOPSLA 2014.
fn mix(number: u64) -> u64 {
    let mut z = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn ids_repeat_with_the_seed_and_never_within_it() {
        let ids = |seed| {
            let ids = RequestIds::new(seed);
            (0..1000).map(|_| ids.mint().uuid).collect::<Vec<_>>()
        };
        assert_eq!(ids(1), ids(1));
        let both: BTreeSet<_> = ids(1).into_iter().chain(ids(2)).collect();
        assert_eq!(both.len(), 2000);
    }

    #[test]
    fn ids_have_the_form_of_aws() {
        let id = RequestIds::new(7).mint();
        let lengths: Vec<_> = id.uuid.split('-').map(str::len).collect();
        assert_eq!(lengths, [8, 4, 4, 4, 12]);
        assert_eq!(id.uuid.as_bytes()[14], b'4');
        assert!(id.uuid.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit()));
        assert_eq!(base64::decode(&id.extended).unwrap().len(), EXTENDED_BYTES);
    }
}
