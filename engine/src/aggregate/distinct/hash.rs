//! Spark's `xxhash64`: XXH64 of each value, seeded with the hash of the value before it.
//!
//! Integers up to 32 bits, booleans and dates are hashed as 4 bytes, longer ones and times as 8, text by its
//! bytes; a decimal of up to 18 digits as 8 bytes, a longer one by its shortest big-endian form. Nested values hash
//! their parts in turn; nulls leave the hash as it is.
//!
//! Sources: `XxHash64Function`, `InterpretedHashFunction` (Spark 3.5.4); the XXH64 specification.

use arrow::array::types::*;
use arrow::array::{Array, ArrayRef, PrimitiveArray, cast::AsArray};
use arrow::datatypes::{DataType, TimeUnit};

use super::super::encoding::comparable;
use crate::error::{EngineError, Result};

/// What the first value is seeded with.
pub(super) const SEED: u64 = 42;

/// Greatest precision of a decimal that fits in 64 bits.
const LONG_DIGITS: u8 = 18;

/// Hashes value i onto `hashes[i]`.
pub(super) fn hash(values: &ArrayRef, hashes: &mut [u64]) -> Result<()> {
    use DataType::*;
    let values = &comparable(values);
    match values.data_type() {
        Null => {}
        Boolean => each(values, hashes, |row, seed| int(i32::from(values.as_boolean().value(row)), seed)),
        Int8 => primitive::<Int8Type>(values, hashes, |v, seed| int(v.into(), seed)),
        Int16 => primitive::<Int16Type>(values, hashes, |v, seed| int(v.into(), seed)),
        Int32 => primitive::<Int32Type>(values, hashes, int),
        Date32 => primitive::<Date32Type>(values, hashes, int),
        Int64 => primitive::<Int64Type>(values, hashes, long),
        Timestamp(TimeUnit::Microsecond, _) => primitive::<TimestampMicrosecondType>(values, hashes, long),
        Duration(TimeUnit::Microsecond) => primitive::<DurationMicrosecondType>(values, hashes, long),
        Float32 => primitive::<Float32Type>(values, hashes, |v, seed| int(v.to_bits() as i32, seed)),
        Float64 => primitive::<Float64Type>(values, hashes, |v, seed| long(v.to_bits() as i64, seed)),
        Decimal128(precision, _) if *precision <= LONG_DIGITS => {
            primitive::<Decimal128Type>(values, hashes, |v, seed| long(v as i64, seed));
        }
        Decimal128(..) => {
            primitive::<Decimal128Type>(values, hashes, |v, seed| xxh64(shortest(&v.to_be_bytes()), seed))
        }
        Utf8 => {
            each(values, hashes, |row, seed| xxh64(values.as_string::<i32>().value(row).as_bytes(), seed))
        }
        Binary => each(values, hashes, |row, seed| xxh64(values.as_binary::<i32>().value(row), seed)),
        Struct(_) => return structs(values, hashes),
        List(_) => {
            return lists(
                values,
                values.as_list::<i32>().value_offsets(),
                values.as_list::<i32>().values(),
                hashes,
            );
        }
        Map(..) => {
            let entries: ArrayRef = std::sync::Arc::new(values.as_map().entries().clone());
            return lists(values, values.as_map().value_offsets(), &entries, hashes);
        }
        other => {
            let problem = format!("values of type {other} have no hash");
            return Err(EngineError::Arrow(arrow::error::ArrowError::NotYetImplemented(problem)));
        }
    }
    Ok(())
}

fn each(values: &ArrayRef, hashes: &mut [u64], hash: impl Fn(usize, u64) -> u64) {
    for (row, seed) in hashes.iter_mut().enumerate().filter(|(row, _)| values.is_valid(*row)) {
        *seed = hash(row, *seed);
    }
}

fn primitive<T: ArrowPrimitiveType>(
    values: &ArrayRef,
    hashes: &mut [u64],
    hash: impl Fn(T::Native, u64) -> u64,
) {
    let array: &PrimitiveArray<T> = values.as_primitive();
    each(values, hashes, |row, seed| hash(array.value(row), seed));
}

/// Field after field.
fn structs(values: &ArrayRef, hashes: &mut [u64]) -> Result<()> {
    let mut fields = hashes.to_vec();
    values.as_struct().columns().iter().try_for_each(|column| hash(column, &mut fields))?;
    each(values, hashes, |row, _| fields[row]);
    Ok(())
}

/// Element after element.
fn lists(values: &ArrayRef, offsets: &[i32], elements: &ArrayRef, hashes: &mut [u64]) -> Result<()> {
    for row in (0..values.len()).filter(|row| values.is_valid(*row)) {
        for at in offsets[row] as usize..offsets[row + 1] as usize {
            hash(&elements.slice(at, 1), &mut hashes[row..=row])?;
        }
    }
    Ok(())
}

fn int(value: i32, seed: u64) -> u64 {
    xxh64(&value.to_le_bytes(), seed)
}

fn long(value: i64, seed: u64) -> u64 {
    xxh64(&value.to_le_bytes(), seed)
}

/// A big-endian number without leading bytes that only repeat its sign (`BigInteger.toByteArray`).
fn shortest(bytes: &[u8]) -> &[u8] {
    let redundant = |pair: &[u8]| matches!((pair[0], pair[1] >> 7), (0, 0) | (0xff, 1));
    &bytes[bytes.windows(2).take_while(|pair| redundant(pair)).count()..]
}

const PRIMES: [u64; 5] = [
    0x9E37_79B1_85EB_CA87,
    0xC2B2_AE3D_27D4_EB4F,
    0x1656_67B1_9E37_79F9,
    0x85EB_CA77_C2B2_AE63,
    0x27D4_EB2F_1656_67C5,
];

/// The 64-bit xxHash of some bytes.
fn xxh64(bytes: &[u8], seed: u64) -> u64 {
    let (stripes, tail) = bytes.as_chunks::<32>();
    let mut hash = match stripes {
        [] => seed.wrapping_add(PRIMES[4]),
        stripes => absorb(stripes, seed),
    };
    hash = hash.wrapping_add(bytes.len() as u64);
    let (words, tail) = tail.as_chunks::<8>();
    for word in words {
        hash ^= round(0, u64::from_le_bytes(*word));
        hash = hash.rotate_left(27).wrapping_mul(PRIMES[0]).wrapping_add(PRIMES[3]);
    }
    let (halves, tail) = tail.as_chunks::<4>();
    for half in halves {
        hash ^= u64::from(u32::from_le_bytes(*half)).wrapping_mul(PRIMES[0]);
        hash = hash.rotate_left(23).wrapping_mul(PRIMES[1]).wrapping_add(PRIMES[2]);
    }
    for byte in tail {
        hash ^= u64::from(*byte).wrapping_mul(PRIMES[4]);
        hash = hash.rotate_left(11).wrapping_mul(PRIMES[0]);
    }
    avalanche(hash)
}

/// Four lanes over stripes of 32 bytes.
fn absorb(stripes: &[[u8; 32]], seed: u64) -> u64 {
    let mut lanes = [
        seed.wrapping_add(PRIMES[0]).wrapping_add(PRIMES[1]),
        seed.wrapping_add(PRIMES[1]),
        seed,
        seed.wrapping_sub(PRIMES[0]),
    ];
    for stripe in stripes {
        let (words, _) = stripe.as_chunks::<8>();
        for (lane, word) in lanes.iter_mut().zip(words) {
            *lane = round(*lane, u64::from_le_bytes(*word));
        }
    }
    let turned = lanes.iter().zip([1, 7, 12, 18]).map(|(lane, by)| lane.rotate_left(by));
    let hash = turned.fold(0u64, u64::wrapping_add);
    let merge =
        |hash: u64, lane: &u64| (hash ^ round(0, *lane)).wrapping_mul(PRIMES[0]).wrapping_add(PRIMES[3]);
    lanes.iter().fold(hash, merge)
}

fn round(lane: u64, word: u64) -> u64 {
    lane.wrapping_add(word.wrapping_mul(PRIMES[1])).rotate_left(31).wrapping_mul(PRIMES[0])
}

fn avalanche(mut hash: u64) -> u64 {
    hash = (hash ^ hash >> 33).wrapping_mul(PRIMES[1]);
    hash = (hash ^ hash >> 29).wrapping_mul(PRIMES[2]);
    hash ^ hash >> 32
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{Int32Array, ListArray, StringArray};

    use super::*;

    #[test]
    fn published_hashes_come_out() {
        assert_eq!(xxh64(b"", 0), 0xEF46_DB37_51D8_E999);
        assert_eq!(xxh64(b"a", 0), 0xD24E_C4F1_A98C_6E5B);
        assert_eq!(xxh64(b"abc", 0), 0x44BC_2CF5_AD77_0999);
        let long = b"Nobody inspects the spammish repetition";
        assert_eq!(xxh64(long, 0), 0xFBCE_A83C_8A37_8BF1);
    }

    #[test]
    fn sparks_example_of_text_list_and_number_comes_out() {
        let columns: [ArrayRef; 3] = [
            Arc::new(StringArray::from(vec!["Spark"])),
            Arc::new(ListArray::from_iter_primitive::<Int32Type, _, _>([Some([Some(123)])])),
            Arc::new(Int32Array::from(vec![2])),
        ];
        let mut hashes = [SEED];
        columns.iter().for_each(|column| hash(column, &mut hashes).unwrap());
        assert_eq!(hashes[0] as i64, 5602566077635097486);
    }

    #[test]
    fn long_decimals_lose_the_bytes_that_only_repeat_the_sign() {
        assert_eq!(shortest(&0i128.to_be_bytes()), [0]);
        assert_eq!(shortest(&(-1i128).to_be_bytes()), [0xff]);
        assert_eq!(shortest(&128i128.to_be_bytes()), [0, 0x80]);
        assert_eq!(shortest(&(-128i128).to_be_bytes()), [0x80]);
    }
}
