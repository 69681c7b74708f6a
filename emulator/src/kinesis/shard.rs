//! Shards as clients see them.

use std::fmt;

use serde::{Serialize, Serializer};

use super::{HashKeyRange, SequenceNumber};
use crate::store::ShardRow;

/// Names a shard of a stream: `shardId-000000000007`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ShardId(u32);

impl ShardId {
    /// The shard with this index in its stream.
    pub const fn new(index: u32) -> Self {
        Self(index)
    }

    /// Its index in the stream.
    pub const fn index(self) -> u32 {
        self.0
    }

    /// The shard that a text names. As AWS does, takes the digits after the first hyphen, or all
    /// of a text without one, whatever stands before.
    pub fn parse(text: &str) -> Option<Self> {
        let after_hyphen = text.split('-').nth(1).filter(|part| !part.is_empty());
        let digits = after_hyphen.unwrap_or(text);
        if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let index = digits.parse::<i32>().ok()?;
        u32::try_from(index).ok().map(Self)
    }
}

impl fmt::Display for ShardId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "shardId-{:012}", self.0)
    }
}

impl Serialize for ShardId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A shard, as `ListShards` describes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Shard {
    /// Its name.
    pub shard_id: ShardId,
    /// The shard that it was split off from, or the first of the two that were merged into it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent_shard_id: Option<ShardId>,
    /// The second of the two that were merged into it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub adjacent_parent_shard_id: Option<ShardId>,
    /// The hash keys it owns.
    pub hash_key_range: HashKeyRange,
    /// The sequence numbers it has and will have.
    pub sequence_number_range: SequenceNumberRange,
}

/// The sequence numbers of a shard.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct SequenceNumberRange {
    /// Less than that of any record.
    pub starting_sequence_number: SequenceNumber,
    /// Greater than that of any record; absent as long as the shard takes records.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ending_sequence_number: Option<SequenceNumber>,
}

impl From<&ShardRow> for Shard {
    fn from(row: &ShardRow) -> Self {
        Self {
            shard_id: row.id,
            parent_shard_id: row.parent,
            adjacent_parent_shard_id: row.adjacent_parent,
            hash_key_range: row.hash_keys,
            sequence_number_range: SequenceNumberRange {
                starting_sequence_number: SequenceNumber::new(row.id, row.created, 0, row.created),
                ending_sequence_number: row.closed.map(|at| SequenceNumber::last(row.id, row.created, at)),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shard_ids_print_with_twelve_digits() {
        assert_eq!(ShardId::new(7).to_string(), "shardId-000000000007");
    }

    #[test]
    fn shard_ids_are_read_as_leniently_as_aws_reads_them() {
        let accepted = [
            ("shardId-000000000005", 5),
            ("shardId-5", 5),
            ("5", 5),
            ("-00002147483647", 2_147_483_647),
            ("anything-7", 7),
        ];
        for (text, index) in accepted {
            assert_eq!(ShardId::parse(text), Some(ShardId(index)), "{text}");
        }
        for text in ["2147483648", "shardId-002147483648", "ABKLFD8", "2.14E4", "", "-"] {
            assert_eq!(ShardId::parse(text), None, "{text}");
        }
    }
}
