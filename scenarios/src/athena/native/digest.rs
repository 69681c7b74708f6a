//! Digests of bytes, with and without a key.
//!
//! Source: Trino's `VarbinaryFunctions` and `HmacFunctions`; MurmurHash3's x64 form of 128 bits, seed 0.

use super::registrar::Registrar;
use hmac::{Hmac, KeyInit, Mac};
use md5::{Digest, Md5};
use sha1::Sha1;
use sha2::{Sha256, Sha512};

use super::Answer;
use super::column::{Bytes, Int, function1, function2};

pub(super) fn register(c: &Registrar<'_>) -> duckdb::Result<()> {
    function1::<Bytes, Bytes>(c, "wt_md5", |bytes| Ok(Some(Md5::digest(bytes).to_vec())))?;
    function1::<Bytes, Bytes>(c, "wt_sha1", |bytes| Ok(Some(Sha1::digest(bytes).to_vec())))?;
    function1::<Bytes, Bytes>(c, "wt_sha256", |bytes| Ok(Some(Sha256::digest(bytes).to_vec())))?;
    function1::<Bytes, Bytes>(c, "wt_sha512", |bytes| Ok(Some(Sha512::digest(bytes).to_vec())))?;
    function2::<Bytes, Bytes, Bytes>(c, "wt_hmac_md5", keyed::<Hmac<Md5>>)?;
    function2::<Bytes, Bytes, Bytes>(c, "wt_hmac_sha1", keyed::<Hmac<Sha1>>)?;
    function2::<Bytes, Bytes, Bytes>(c, "wt_hmac_sha256", keyed::<Hmac<Sha256>>)?;
    function2::<Bytes, Bytes, Bytes>(c, "wt_hmac_sha512", keyed::<Hmac<Sha512>>)?;
    function1::<Bytes, Int>(c, "wt_crc32", |bytes| Ok(Some(crc32fast::hash(bytes).into())))?;
    function1::<Bytes, Bytes>(c, "wt_xxhash64", |bytes| {
        Ok(Some(xxhash_rust::xxh64::xxh64(bytes, 0).to_be_bytes().to_vec()))
    })?;
    function1::<Bytes, Bytes>(c, "wt_murmur3", |bytes| Ok(Some(murmur3(bytes))))
}

fn keyed<M: Mac + KeyInit>(bytes: &[u8], key: &[u8]) -> Answer<Vec<u8>> {
    let mut mac = <M as KeyInit>::new_from_slice(key).expect("a key of any length will do");
    mac.update(bytes);
    Ok(Some(mac.finalize().into_bytes().to_vec()))
}

const C1: u64 = 0x87c3_7b91_1142_53d5;
const C2: u64 = 0x4cf5_ad43_2745_937f;

/// Eight bytes or fewer, the first one least.
fn word(bytes: &[u8]) -> u64 {
    bytes.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte))
}

fn murmur3(bytes: &[u8]) -> Vec<u8> {
    let (mut h1, mut h2) = (0_u64, 0_u64);
    let mix1 = |k: u64| k.wrapping_mul(C1).rotate_left(31).wrapping_mul(C2);
    let mix2 = |k: u64| k.wrapping_mul(C2).rotate_left(33).wrapping_mul(C1);
    let mut blocks = bytes.chunks_exact(16);
    for block in &mut blocks {
        h1 = (h1 ^ mix1(word(&block[..8]))).rotate_left(27).wrapping_add(h2);
        h1 = h1.wrapping_mul(5).wrapping_add(0x52dc_e729);
        h2 = (h2 ^ mix2(word(&block[8..]))).rotate_left(31).wrapping_add(h1);
        h2 = h2.wrapping_mul(5).wrapping_add(0x3849_5ab5);
    }
    let tail = blocks.remainder();
    let (first, second) = tail.split_at(tail.len().min(8));
    let length = bytes.len() as u64;
    h1 ^= mix1(word(first)) ^ length;
    h2 ^= mix2(word(second)) ^ length;
    h1 = h1.wrapping_add(h2);
    h2 = h2.wrapping_add(h1);
    (h1, h2) = (avalanche(h1), avalanche(h2));
    h1 = h1.wrapping_add(h2);
    h2 = h2.wrapping_add(h1);
    [h1.to_le_bytes(), h2.to_le_bytes()].concat()
}

fn avalanche(mut k: u64) -> u64 {
    k = (k ^ k >> 33).wrapping_mul(0xff51_afd7_ed55_8ccd);
    k = (k ^ k >> 33).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    k ^ k >> 33
}
