//! What shards can take and give in a time: a bucket of each, filled as time goes by.
//!
//! A bucket holds what a shard may do in one second and fills at that rate. A read may take more than is left, since
//! nobody knows beforehand how much there is to read; the next one then waits until the bucket has filled again.
//! Source: <https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html>.

use std::collections::BTreeMap;

use super::ShardId;
use crate::time::Timestamp;

/// Records that a shard takes in a second.
const WRITE_RECORDS: i64 = 1000;
/// Bytes, partition keys included, that a shard takes in a second.
const WRITE_BYTES: i64 = 1 << 20;
/// `GetRecords` calls that a shard answers in a second.
const READ_CALLS: i64 = 5;
/// Bytes that a shard gives in a second, to all that have no fan-out of their own.
const READ_BYTES: i64 = 2 << 20;
const MILLIS: i64 = 1000;

/// The buckets of all shards that were used lately.
#[derive(Debug, Default)]
pub(crate) struct Throttle {
    shards: BTreeMap<(i64, ShardId), Buckets>,
}

#[derive(Debug)]
struct Buckets {
    write_records: Bucket,
    write_bytes: Bucket,
    read_calls: Bucket,
    read_bytes: Bucket,
}

/// What is left, in thousandths, at a time.
#[derive(Debug)]
struct Bucket {
    per_second: i64,
    left: i64,
    at: Timestamp,
}

impl Throttle {
    /// Takes a record of so many bytes, or refuses it.
    pub fn write(&mut self, stream: i64, shard: ShardId, bytes: usize, now: Timestamp) -> bool {
        let Buckets { write_records, write_bytes, .. } = self.buckets(stream, shard, now);
        let bytes = bytes as i64;
        let fits =
            write_records.left(now) >= MILLIS && write_bytes.left(now) >= bytes.min(WRITE_BYTES) * MILLIS;
        if fits {
            write_records.take(1);
            write_bytes.take(bytes);
        }
        fits
    }

    /// Takes a read, or refuses it.
    pub fn read(&mut self, stream: i64, shard: ShardId, now: Timestamp) -> bool {
        let Buckets { read_calls, read_bytes, .. } = self.buckets(stream, shard, now);
        let fits = read_calls.left(now) >= MILLIS && read_bytes.left(now) > 0;
        if fits {
            read_calls.take(1);
        }
        fits
    }

    /// Notes how much a read has given.
    pub fn given(&mut self, stream: i64, shard: ShardId, bytes: usize, now: Timestamp) {
        self.buckets(stream, shard, now).read_bytes.take(bytes as i64);
    }

    fn buckets(&mut self, stream: i64, shard: ShardId, now: Timestamp) -> &mut Buckets {
        self.shards.entry((stream, shard)).or_insert_with(|| Buckets {
            write_records: Bucket::full(WRITE_RECORDS, now),
            write_bytes: Bucket::full(WRITE_BYTES, now),
            read_calls: Bucket::full(READ_CALLS, now),
            read_bytes: Bucket::full(READ_BYTES, now),
        })
    }
}

impl Bucket {
    fn full(per_second: i64, at: Timestamp) -> Self {
        Self { per_second, left: per_second * MILLIS, at }
    }

    /// What is left now, in thousandths.
    fn left(&mut self, now: Timestamp) -> i64 {
        let passed = now.millis_since(self.at).clamp(0, 3_600_000);
        self.left = (self.left + passed * self.per_second).min(self.per_second * MILLIS);
        self.at = self.at.max(now);
        self.left
    }

    fn take(&mut self, amount: i64) {
        self.left -= amount * MILLIS;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);
    const SHARD: ShardId = ShardId::new(0);

    #[test]
    fn a_shard_takes_a_thousand_records_and_a_mebibyte_a_second() {
        let mut throttle = Throttle::default();
        let mut taken = |bytes: usize, at: i64| {
            let now = NOW.plus_millis(at);
            (0..2000).take_while(|_| throttle.write(1, SHARD, bytes, now)).count()
        };
        assert_eq!(taken(10, 0), 1000);
        assert_eq!(taken(10, 100), 100);
        assert_eq!(taken(10_000, 5000), 104);
        // 8,576 were left, and half a second gives 524,288.
        assert_eq!(taken(10_000, 5500), 53);
        assert_eq!(taken(10_000, 4000), 0, "time that goes back fills nothing");
    }

    #[test]
    fn a_record_greater_than_a_second_takes_is_taken_by_a_full_bucket() {
        let mut throttle = Throttle::default();
        assert!(throttle.write(1, SHARD, 5 << 20, NOW));
        assert!(!throttle.write(1, SHARD, 1, NOW.plus_millis(4000)));
        assert!(throttle.write(1, SHARD, 1, NOW.plus_millis(4001)));
        assert!(throttle.write(1, ShardId::new(1), 1, NOW), "another shard has its own");
    }

    #[test]
    fn a_read_of_ten_mebibytes_is_paid_for_five_seconds() {
        let mut throttle = Throttle::default();
        assert!((0..5).all(|_| throttle.read(1, SHARD, NOW)));
        assert!(!throttle.read(1, SHARD, NOW));
        let later = NOW.plus_millis(10_000);
        assert!(throttle.read(1, SHARD, later));
        throttle.given(1, SHARD, 10 << 20, later);
        assert!(!throttle.read(1, SHARD, later.plus_millis(4000)));
        assert!(throttle.read(1, SHARD, later.plus_millis(4001)));
    }
}
