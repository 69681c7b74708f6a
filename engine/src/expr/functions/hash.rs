//! Hashes of values and of bytes.
//!
//! `hash` is Spark's variant of Murmur3, which mixes the bytes after the last whole word one by one.
//!
//! Source: `hash.scala`, `Murmur3_x86_32.hashUnsafeBytes`.

use std::sync::Arc;

use arrow::array::cast::AsArray;
use arrow::array::types::{
    Date32Type, Decimal128Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type,
    TimestampMicrosecondType,
};
use arrow::array::{Array, ArrayRef, Int32Array};
use arrow::datatypes::DataType;
use datafusion_common::{Result, exec_err};

use super::Implementation::{Kernel, Library};
use super::signature::Class::*;
use super::signature::{Signature, gives};
use super::{Function, function};
use crate::plan::Expr;
use crate::types::sql_type_name;

const SEED: i32 = 42;
const BYTES: Signature = Signature::is(&[Bytes], gives::string).null_with_arguments();

pub(super) const FUNCTIONS: &[Function] = &[
    function("crc32", &[], CRC, Library(datafusion_spark::function::hash::crc32)),
    function("hash", &[], Signature::of(&[Any, Any], int_of_plain).repeats().never_null(), Kernel(hash)),
    function("md5", &[], BYTES, Library(datafusion_functions::crypto::md5)),
    function("sha1", &["sha"], BYTES, Library(datafusion_spark::function::hash::sha1)),
    function(
        "sha2",
        &[],
        Signature::is(&[Bytes, Int], gives::string),
        Library(datafusion_spark::function::hash::sha2),
    ),
    function("xxhash64", &[], XX_HASH, Library(datafusion_spark::function::hash::xxhash64)),
];

const CRC: Signature = Signature::is(&[Bytes], gives::bigint).null_with_arguments();
const XX_HASH: Signature = Signature::of(&[Any, Any], bigint_of_plain).repeats().never_null();

fn int_of_plain(args: &[Expr]) -> Result<DataType, String> {
    plain(args).map(|()| DataType::Int32)
}

fn bigint_of_plain(args: &[Expr]) -> Result<DataType, String> {
    plain(args).map(|()| DataType::Int64)
}

fn plain(args: &[Expr]) -> Result<(), String> {
    match args.iter().map(Expr::data_type).find(DataType::is_nested) {
        Some(nested) => Err(format!("a value of type {} cannot be hashed here", sql_type_name(&nested))),
        None => Ok(()),
    }
}

/// Each column is hashed with the hash so far as its seed; nulls change nothing.
fn hash(args: &[ArrayRef], _: &DataType) -> Result<ArrayRef> {
    let mut hashes = vec![SEED; args[0].len()];
    for array in args {
        hash_column(array, &mut hashes)?;
    }
    Ok(Arc::new(Int32Array::from(hashes)))
}

fn hash_column(array: &ArrayRef, hashes: &mut [i32]) -> Result<()> {
    let mut each = |of: &dyn Fn(usize, i32) -> i32| {
        for (row, hash) in hashes.iter_mut().enumerate().filter(|(row, _)| array.is_valid(*row)) {
            *hash = of(row, *hash);
        }
    };
    match array.data_type() {
        DataType::Null => {}
        DataType::Boolean => each(&|row, seed| hash_int(i32::from(array.as_boolean().value(row)), seed)),
        DataType::Int8 => {
            each(&|row, seed| hash_int(array.as_primitive::<Int8Type>().value(row).into(), seed))
        }
        DataType::Int16 => {
            each(&|row, seed| hash_int(array.as_primitive::<Int16Type>().value(row).into(), seed))
        }
        DataType::Int32 => each(&|row, seed| hash_int(array.as_primitive::<Int32Type>().value(row), seed)),
        DataType::Date32 => each(&|row, seed| hash_int(array.as_primitive::<Date32Type>().value(row), seed)),
        DataType::Int64 => each(&|row, seed| hash_long(array.as_primitive::<Int64Type>().value(row), seed)),
        DataType::Timestamp(..) => {
            each(&|row, seed| hash_long(array.as_primitive::<TimestampMicrosecondType>().value(row), seed));
        }
        // Adding zero makes one of the two zeros.
        DataType::Float32 => each(&|row, seed| {
            hash_int((array.as_primitive::<Float32Type>().value(row) + 0.0).to_bits() as i32, seed)
        }),
        DataType::Float64 => each(&|row, seed| {
            hash_long((array.as_primitive::<Float64Type>().value(row) + 0.0).to_bits() as i64, seed)
        }),
        DataType::Decimal128(precision, _) => {
            let decimals = array.as_primitive::<Decimal128Type>();
            match *precision <= 18 {
                true => each(&|row, seed| hash_long(decimals.value(row) as i64, seed)),
                false => each(&|row, seed| hash_bytes(shortest(&decimals.value(row).to_be_bytes()), seed)),
            }
        }
        DataType::Utf8 => each(&|row, seed| hash_bytes(array.as_string::<i32>().value(row).as_bytes(), seed)),
        DataType::Binary => each(&|row, seed| hash_bytes(array.as_binary::<i32>().value(row), seed)),
        other => return exec_err!("a value of type {} cannot be hashed here", sql_type_name(other)),
    }
    Ok(())
}

/// `BigInteger.toByteArray`: as few bytes as keep the sign.
fn shortest(bytes: &[u8]) -> &[u8] {
    let redundant = |pair: &[u8]| {
        let negative = pair[1] >= 0x80;
        (pair[0] == 0 && !negative) || (pair[0] == 0xff && negative)
    };
    &bytes[bytes.windows(2).take_while(|pair| redundant(pair)).count()..]
}

fn hash_int(value: i32, seed: i32) -> i32 {
    finish(mix(seed, value), 4)
}

fn hash_long(value: i64, seed: i32) -> i32 {
    finish(mix(mix(seed, value as i32), (value >> 32) as i32), 8)
}

fn hash_bytes(bytes: &[u8], seed: i32) -> i32 {
    let (words, rest) = bytes.as_chunks::<4>();
    let hash = words.iter().fold(seed, |hash, word| mix(hash, i32::from_le_bytes(*word)));
    let hash = rest.iter().fold(hash, |hash, byte| mix(hash, i32::from(*byte as i8)));
    finish(hash, bytes.len() as i32)
}

fn mix(hash: i32, word: i32) -> i32 {
    let word = word.wrapping_mul(0xcc9e_2d51_u32 as i32).rotate_left(15).wrapping_mul(0x1b87_3593);
    (hash ^ word).rotate_left(13).wrapping_mul(5).wrapping_add(0xe654_6b64_u32 as i32)
}

fn finish(hash: i32, length: i32) -> i32 {
    let mut hash = (hash ^ length) as u32;
    hash = (hash ^ (hash >> 16)).wrapping_mul(0x85eb_ca6b);
    hash = (hash ^ (hash >> 13)).wrapping_mul(0xc2b2_ae35);
    (hash ^ (hash >> 16)) as i32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_hashed_by_their_shortest_bytes() {
        assert_eq!(shortest(&0i128.to_be_bytes()), [0]);
        assert_eq!(shortest(&(-1i128).to_be_bytes()), [0xff]);
        assert_eq!(shortest(&128i128.to_be_bytes()), [0, 0x80]);
        assert_eq!(shortest(&(-129i128).to_be_bytes()), [0xff, 0x7f]);
    }
}
