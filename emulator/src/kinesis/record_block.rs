//! The records of one block of the shard log, packed into one piece of memory.
//!
//! ```text
//! record:  length of the key (4 bytes), key (UTF-8), length of the data (4 bytes), data
//! block:   its records, one after the other; lengths are little-endian
//! ```
//!
//! What is equal for all (shard, arrival time) and what follows from the place (sequence number)
//! is in the row around it. Reading copies no data: records are views into their block, and keep
//! all of it in memory.

use bytes::{Buf, BufMut, Bytes};

/// Collects records into a block.
#[derive(Debug, Default)]
pub(crate) struct BlockBuilder {
    packed: Vec<u8>,
    records: u64,
}

impl BlockBuilder {
    pub fn push(&mut self, partition_key: &str, data: &[u8]) {
        self.packed.reserve(8 + partition_key.len() + data.len());
        for part in [partition_key.as_bytes(), data] {
            let length = u32::try_from(part.len()).expect("a record has at most 1 MiB");
            self.packed.put_u32_le(length);
            self.packed.put_slice(part);
        }
        self.records += 1;
    }

    /// Number of records so far.
    pub fn records(&self) -> u64 {
        self.records
    }

    pub fn finish(self) -> Bytes {
        self.packed.into()
    }
}

/// A record inside a block.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct PackedRecord {
    key: Bytes,
    pub data: Bytes,
}

impl PackedRecord {
    pub fn partition_key(&self) -> String {
        String::from_utf8_lossy(&self.key).into_owned()
    }

    /// Bytes that count towards limits.
    pub fn size_bytes(&self) -> usize {
        self.key.len() + self.data.len()
    }
}

/// The records of a block.
pub(crate) fn unpack(mut block: Bytes) -> impl Iterator<Item = PackedRecord> {
    std::iter::from_fn(move || {
        if block.is_empty() {
            return None;
        }
        let mut part = || {
            let length = block.get_u32_le() as usize;
            block.split_to(length)
        };
        Some(PackedRecord { key: part(), data: part() })
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn unpack_inverts_push(records: Vec<(String, Vec<u8>)>) {
            let mut builder = BlockBuilder::default();
            for (key, data) in &records {
                builder.push(key, data);
            }
            prop_assert_eq!(builder.records(), records.len() as u64);
            let unpacked = unpack(builder.finish());
            let unpacked = unpacked.map(|record| (record.partition_key(), record.data.to_vec()));
            prop_assert_eq!(unpacked.collect::<Vec<_>>(), records);
        }
    }
}
