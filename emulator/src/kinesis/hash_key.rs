//! Hash keys: the 128-bit numbers that decide which shard a record belongs to.

use std::fmt;

use md5::{Digest, Md5};
use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

/// A number in [0, 2^128).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HashKey(pub u128);

impl HashKey {
    /// The key of a partition key: its MD5 digest as a big-endian number.
    pub fn of_partition_key(partition_key: &str) -> Self {
        Self(u128::from_be_bytes(Md5::digest(partition_key).into()))
    }

    /// The key that a decimal text without leading zeros names; `None` from 2^128 on.
    pub fn parse(text: &str) -> Option<Self> {
        text.parse().ok().map(Self)
    }
}

impl fmt::Display for HashKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

/// The hash keys of one shard, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HashKeyRange {
    /// Least key.
    pub start: HashKey,
    /// Greatest key.
    pub end: HashKey,
}

impl HashKeyRange {
    /// Cuts [0, 2^128) into `count` ranges, as AWS does for a new stream: all are
    /// floor(2^128 / count) wide, and the last takes the remainder as well.
    ///
    /// # Panics
    /// When `count` is 0.
    pub fn split_evenly(count: u32) -> Vec<Self> {
        assert!(count > 0, "a stream has at least one shard");
        let count = u128::from(count);
        // floor(2^128 / count) without the number 2^128; for one shard the width wraps to 0,
        // and is only ever multiplied by 0.
        let exact = u128::MAX % count == count - 1;
        let width = (u128::MAX / count).wrapping_add(u128::from(exact));
        let start = |index: u128| width * index;
        let end = |index| match index + 1 {
            next if next == count => u128::MAX,
            next => start(next) - 1,
        };
        (0..count).map(|index| Self { start: HashKey(start(index)), end: HashKey(end(index)) }).collect()
    }
}

impl Serialize for HashKeyRange {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut range = serializer.serialize_struct("HashKeyRange", 2)?;
        range.serialize_field("StartingHashKey", &self.start.to_string())?;
        range.serialize_field("EndingHashKey", &self.end.to_string())?;
        range.end()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn assert_tiles(count: u32) {
        let ranges = HashKeyRange::split_evenly(count);
        assert_eq!(ranges.len(), count as usize);
        assert_eq!(ranges[0].start, HashKey(0));
        assert_eq!(ranges[ranges.len() - 1].end, HashKey(u128::MAX));
        for pair in ranges.windows(2) {
            assert!(pair[0].start <= pair[0].end);
            assert_eq!(pair[0].end.0 + 1, pair[1].start.0);
        }
    }

    proptest! {
        #[test]
        fn ranges_tile_all_hash_keys(count in 1_u32..5000) {
            assert_tiles(count);
        }
    }

    #[test]
    fn powers_of_two_tile_too() {
        (0..13).for_each(|exponent| assert_tiles(1 << exponent));
    }

    #[test]
    fn three_shards_are_cut_where_aws_cuts_them() {
        let ends = HashKeyRange::split_evenly(3).into_iter();
        let ends: Vec<_> = ends.map(|range| range.end.to_string()).collect();
        let expected = [
            "113427455640312821154458202477256070484",
            "226854911280625642308916404954512140969",
            "340282366920938463463374607431768211455",
        ];
        assert_eq!(ends, expected);
    }

    #[test]
    fn partition_key_is_hashed_with_md5() {
        let key = HashKey::of_partition_key("a");
        assert_eq!(key, HashKey(0x0cc1_75b9_c0f1_b6a8_31c3_99e2_6977_2661));
    }

    #[test]
    fn keys_from_two_to_the_128_on_do_not_parse() {
        let greatest = u128::MAX.to_string();
        assert_eq!(HashKey::parse(&greatest), Some(HashKey(u128::MAX)));
        assert_eq!(HashKey::parse("340282366920938463463374607431768211456"), None);
    }
}
