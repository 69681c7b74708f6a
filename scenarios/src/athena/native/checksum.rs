//! What `checksum` adds up: XXH64 of each value, times a prime, wrapping at 64 bits.
//!
//! Source: Trino's `ChecksumAggregationFunction`, and `XX_HASH_64` of its types.

use super::registrar::Registrar;
use xxhash_rust::xxh64::xxh64;

use super::Failure;
use super::column::{Bytes, Float, Int, Text, function1};

const PRIME: u64 = 0x9E37_79B1_85EB_CA87;

/// See [`super::registrar`]: the hash of a null is the prime.
pub(super) const MACROS: &str = "CREATE MACRO wt_hash_of_null() AS -7046029288634856825;";

pub(super) fn register(c: &Registrar<'_>) -> duckdb::Result<()> {
    function1::<Int, Int>(c, "wt_hash_whole", |value| Ok(Some(hash(&value.to_le_bytes()))))?;
    function1::<Float, Int>(c, "wt_hash_double", |value| {
        // Both zeros are equal, and so are all NaNs.
        let value = if value == 0.0 { 0.0 } else { value };
        let bits = if value.is_nan() { 0x7ff8_0000_0000_0000 } else { value.to_bits() };
        Ok(Some(hash(&bits.to_le_bytes())))
    })?;
    function1::<Bytes, Int>(c, "wt_hash_bytes", |bytes| Ok(Some(hash(bytes))))?;
    function1::<Text, Bytes>(c, "wt_checksum", |sum| {
        let sum: i128 = sum.parse().map_err(|_| Failure::argument("not a sum"))?;
        Ok(Some((sum as u64).to_le_bytes().to_vec()))
    })
}

fn hash(bytes: &[u8]) -> i64 {
    xxh64(bytes, 0).wrapping_mul(PRIME) as i64
}
