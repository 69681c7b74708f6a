//! The records of one block of the shard log, packed into one piece of memory.
//!
//! ```text
//! block:  FF FF FF FF, the data of all records, their keys (UTF-8), for each record the lengths of its key and of its
//!         data, how many records there are; numbers have 4 bytes and are little-endian
//! ```
//!
//! What is equal for all (shard, arrival time) and what follows from the place (sequence number) is in the row around
//! it. Reading copies no data and does not look at it: records are views into their block, and keep all of it in
//! memory. That is why keys and lengths lie together: else a reader would wait for memory at each record.
//!
//! Blocks of earlier versions have no mark, and each record behind the other: length of the key, key, length of the
//! data, data. They are read.

use bytes::{Buf, BufMut, Bytes};

/// Begins a block; a block of an earlier version begins with the length of a key, which is less.
const MARK: u32 = u32::MAX;

/// Bytes of a number.
const NUMBER: usize = 4;

/// Collects records into a block.
#[derive(Debug, Default)]
pub(crate) struct BlockBuilder {
    data: Vec<u8>,
    keys: Vec<u8>,
    lengths: Vec<u8>,
    records: u64,
}

impl BlockBuilder {
    pub fn push(&mut self, partition_key: &str, data: &[u8]) {
        if self.data.is_empty() {
            self.data.put_u32_le(MARK);
        }
        self.data.put_slice(data);
        self.keys.put_slice(partition_key.as_bytes());
        for length in [partition_key.len(), data.len()] {
            self.lengths.put_u32_le(u32::try_from(length).expect("a record has at most 10 MiB"));
        }
        self.records += 1;
    }

    /// Number of records so far.
    pub fn records(&self) -> u64 {
        self.records
    }

    pub fn finish(self) -> Bytes {
        let Self { mut data, keys, lengths, records } = self;
        if records == 0 {
            return Bytes::new();
        }
        data.reserve_exact(keys.len() + lengths.len() + NUMBER);
        data.put_slice(&keys);
        data.put_slice(&lengths);
        data.put_u32_le(u32::try_from(records).expect("a call puts 500 records"));
        data.into()
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
    let marked = block.len() >= NUMBER && block.slice(..NUMBER).get_u32_le() == MARK;
    let mut parts = if marked { Parts::Apart(PartsApart::of(&mut block)) } else { Parts::InLine(block) };
    std::iter::from_fn(move || match &mut parts {
        Parts::Apart(parts) => parts.next(),
        Parts::InLine(block) if block.is_empty() => None,
        Parts::InLine(block) => {
            let mut part = || {
                let length = block.get_u32_le() as usize;
                block.split_to(length)
            };
            Some(PackedRecord { key: part(), data: part() })
        }
    })
}

/// What is left of a block.
enum Parts {
    Apart(PartsApart),
    InLine(Bytes),
}

struct PartsApart {
    lengths: Bytes,
    keys: Bytes,
    data: Bytes,
}

impl PartsApart {
    fn of(block: &mut Bytes) -> Self {
        block.advance(NUMBER);
        let records = block.split_off(block.len() - NUMBER).get_u32_le() as usize;
        let lengths = block.split_off(block.len() - records * 2 * NUMBER);
        let key_bytes =
            lengths.chunks_exact(2 * NUMBER).map(|mut pair| pair.get_u32_le() as usize).sum::<usize>();
        let keys = block.split_off(block.len() - key_bytes);
        Self { lengths, keys, data: std::mem::take(block) }
    }

    fn next(&mut self) -> Option<PackedRecord> {
        if self.lengths.is_empty() {
            return None;
        }
        let mut length = || self.lengths.get_u32_le() as usize;
        let (key, data) = (length(), length());
        Some(PackedRecord { key: self.keys.split_to(key), data: self.data.split_to(data) })
    }
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

        #[test]
        fn blocks_of_earlier_versions_are_read(records: Vec<(String, Vec<u8>)>) {
            let mut block = Vec::new();
            for part in records.iter().flat_map(|(key, data)| [key.as_bytes(), data]) {
                block.put_u32_le(part.len() as u32);
                block.put_slice(part);
            }
            let unpacked = unpack(block.into()).map(|record| (record.partition_key(), record.data.to_vec()));
            prop_assert_eq!(unpacked.collect::<Vec<_>>(), records);
        }
    }
}
