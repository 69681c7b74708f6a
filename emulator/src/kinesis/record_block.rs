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

use std::ops::Range;

use bytes::{Buf, BufMut, Bytes};

use super::PartitionKey;

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
    pub partition_key: PartitionKey,
    pub data: Bytes,
}

/// The records of a block, where they lie.
#[derive(Debug, Clone, Default)]
pub(crate) struct PackedRecords {
    /// Of key and data, for each record.
    lengths: Bytes,
    keys: Bytes,
    data: Bytes,
}

impl PackedRecords {
    pub fn of(block: Bytes) -> Self {
        if block.is_empty() {
            return Self::default();
        }
        let marked = block.len() >= NUMBER && block.slice(..NUMBER).get_u32_le() == MARK;
        let mut block = if marked { block } else { packed_anew(block) };
        block.advance(NUMBER);
        let records = block.split_off(block.len() - NUMBER).get_u32_le() as usize;
        let mut packed =
            Self { lengths: block.split_off(block.len() - records * 2 * NUMBER), ..Self::default() };
        let key_bytes: usize = packed.lengths().map(|(key, _)| key).sum();
        packed.keys = block.split_off(block.len() - key_bytes);
        packed.data = block;
        packed
    }

    /// Number of records.
    pub fn len(&self) -> usize {
        self.lengths.len() / (2 * NUMBER)
    }

    /// Bytes of each record that count towards limits.
    pub fn sizes(&self) -> impl Iterator<Item = usize> {
        self.lengths().map(|(key, data)| key + data)
    }

    /// The data of some records.
    pub fn data(&self, places: Range<usize>) -> impl Iterator<Item = &[u8]> {
        let (_, mut end) = self.start_of(places.start);
        self.lengths().skip(places.start).take(places.len()).map(move |(_, data)| {
            end += data;
            &self.data[end - data..end]
        })
    }

    /// Some records.
    pub fn records(&self, places: Range<usize>) -> impl Iterator<Item = PackedRecord> {
        let (mut key_end, mut end) = self.start_of(places.start);
        self.lengths().skip(places.start).take(places.len()).map(move |(key, data)| {
            (key_end, end) = (key_end + key, end + data);
            PackedRecord {
                partition_key: self.keys.slice(key_end - key..key_end).into(),
                data: self.data.slice(end - data..end),
            }
        })
    }

    /// Where key and data of a record begin.
    fn start_of(&self, record: usize) -> (usize, usize) {
        let before = self.lengths().take(record);
        before.fold((0, 0), |(keys, all), (key, data)| (keys + key, all + data))
    }

    /// Of key and data, for each record.
    fn lengths(&self) -> impl Iterator<Item = (usize, usize)> {
        let number =
            |bytes: &[u8]| u32::from_le_bytes(bytes.try_into().expect("numbers have 4 bytes")) as usize;
        self.lengths
            .chunks_exact(2 * NUMBER)
            .map(move |pair| (number(&pair[..NUMBER]), number(&pair[NUMBER..])))
    }
}

/// A block of an earlier version as one of today's.
fn packed_anew(mut block: Bytes) -> Bytes {
    let mut builder = BlockBuilder::default();
    while !block.is_empty() {
        let mut part = || {
            let length = block.get_u32_le() as usize;
            block.split_to(length)
        };
        let (key, data) = (part(), part());
        builder.push(&String::from_utf8_lossy(&key), &data);
    }
    builder.finish()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn data_of(records: &[(String, Vec<u8>)]) -> Vec<&[u8]> {
        records.iter().map(|(_, data)| data.as_slice()).collect()
    }

    proptest! {
        #[test]
        fn what_is_pushed_is_read(records: Vec<(String, Vec<u8>)>, from in 0usize..20, to in 0usize..20) {
            let mut builder = BlockBuilder::default();
            for (key, data) in &records {
                builder.push(key, data);
            }
            prop_assert_eq!(builder.records(), records.len() as u64);
            let packed = PackedRecords::of(builder.finish());
            prop_assert_eq!(packed.len(), records.len());
            let some = from.min(to).min(records.len())..to.min(records.len());
            prop_assert_eq!(packed.data(some.clone()).collect::<Vec<_>>(), data_of(&records[some.clone()]));
            let part: Vec<_> = packed.records(some.clone()).map(|record| record.data.to_vec()).collect();
            prop_assert_eq!(part, data_of(&records[some]));
            let unpacked = packed.records(0..packed.len()).map(|record| (record.partition_key.to_string(), record.data.to_vec()));
            prop_assert_eq!(unpacked.collect::<Vec<_>>(), records);
        }

        #[test]
        fn blocks_of_earlier_versions_are_read(records: Vec<(String, Vec<u8>)>) {
            let mut block = Vec::new();
            for part in records.iter().flat_map(|(key, data)| [key.as_bytes(), data]) {
                block.put_u32_le(part.len() as u32);
                block.put_slice(part);
            }
            let packed = PackedRecords::of(block.into());
            let unpacked = packed.records(0..packed.len()).map(|record| (record.partition_key.to_string(), record.data.to_vec()));
            prop_assert_eq!(unpacked.collect::<Vec<_>>(), records);
        }
    }
}
