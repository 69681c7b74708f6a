//! Sequence numbers: 188-bit numbers that order the records of one shard.
//!
//! Written as decimals. In hexadecimal, version 2 of the layout is, from the left:
//!
//! | digits | what |
//! |---|---|
//! | 1 | `2` |
//! | 9 | when the shard was created, in seconds |
//! | 1 | last digit of the shard's index |
//! | 16 | counter of the shard's records, below 2^63 |
//! | 2 | `00` |
//! | 9 | when the record was written, in seconds |
//! | 8 | index of the shard |
//! | 1 | version: `2` |
//!
//! Source: kinesalite (`db/index.js`). Versions 0 and 1, which AWS wrote until 2014, are read in `number_versions`.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

use super::ShardId;
use crate::time::Timestamp;

/// Seconds take 9 hexadecimal digits.
const SECS_MAX: u64 = (1 << 36) - 1;
/// The greatest power of ten in a `u64`, for conversion in steps of 19 digits.
const TEN_TO_19: u128 = 10_u128.pow(19);

/// The place of a record in its shard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SequenceNumber {
    shard_created_secs: u64,
    counter: u64,
    written_secs: u64,
    shard: ShardId,
}

/// A text is not a sequence number of version 2.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a sequence number of version 2")]
pub struct ParseSequenceNumberError;

impl SequenceNumber {
    /// The number of a shard's record `counter`. Record 0 is none: its number is where the shard
    /// starts.
    pub(crate) fn new(shard: ShardId, shard_created: Timestamp, counter: u64, written: Timestamp) -> Self {
        assert!(counter < 1 << 63, "the counter has 63 bits");
        Self {
            shard_created_secs: shard_created.as_secs().min(SECS_MAX),
            counter,
            written_secs: written.as_secs().min(SECS_MAX),
            shard,
        }
    }

    /// The number that ends a shard which was closed at a time: no record has it.
    pub(crate) fn last(shard: ShardId, shard_created: Timestamp, closed: Timestamp) -> Self {
        Self::new(shard, shard_created, (1 << 63) - 1, closed)
    }

    /// The shard this is a number of.
    pub fn shard(self) -> ShardId {
        self.shard
    }

    /// How many records the shard had taken up to and including this one.
    pub fn counter(self) -> u64 {
        self.counter
    }

    /// When the shard was created, in seconds since the epoch.
    pub(crate) fn shard_created_secs(self) -> u64 {
        self.shard_created_secs
    }

    /// The upper 60 and lower 128 bits.
    fn to_parts(self) -> (u64, u128) {
        let index = self.shard.index();
        let high =
            2 << 56 | self.shard_created_secs << 20 | u64::from(index & 0xf) << 16 | self.counter >> 48;
        let low = u128::from(self.counter & 0xffff_ffff_ffff) << 80
            | u128::from(self.written_secs) << 36
            | u128::from(index) << 4
            | 2;
        (high, low)
    }

    /// The number in three limbs, lowest first: all that its text takes.
    pub fn limbs(self) -> [u64; 3] {
        let (high, low) = self.to_parts();
        [low as u64, (low >> 64) as u64, high]
    }

    /// The text of the number that has these limbs.
    pub fn write_limbs([low, middle, high]: [u64; 3]) -> String {
        text_of(&digits(high, u128::from(middle) << 64 | u128::from(low))).to_owned()
    }

    fn from_parts(high: u64, low: u128) -> Option<Self> {
        let index = u32::try_from(low >> 4 & 0xffff_ffff).ok()?;
        let number = Self {
            shard_created_secs: high >> 20 & SECS_MAX,
            counter: (high & 0xffff) << 48 | (low >> 80) as u64,
            written_secs: (low >> 36) as u64 & SECS_MAX,
            shard: ShardId::new(index),
        };
        // Holds exactly when every digit that is not a field is what it should be.
        let canonical = number.to_parts() == (high, low);
        (canonical && number.counter < 1 << 63).then_some(number)
    }
}

impl Ord for SequenceNumber {
    fn cmp(&self, other: &Self) -> Ordering {
        self.to_parts().cmp(&other.to_parts())
    }
}

impl PartialOrd for SequenceNumber {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for SequenceNumber {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (high, low) = self.to_parts();
        formatter.write_str(text_of(&digits(high, low)))
    }
}

/// All decimal digits of a number, with leading zeros.
fn digits(high: u64, low: u128) -> [u8; DIGITS] {
    let (high, low, units) = divide_by_ten_to_19(high, low);
    let (high, low, middle) = divide_by_ten_to_19(high, low);
    assert_eq!(high, 0, "188 bits have at most 57 decimal digits");
    let mut digits = [b'0'; DIGITS];
    write_digits(low as u64, &mut digits[..19]);
    write_digits(middle, &mut digits[19..38]);
    write_digits(units, &mut digits[38..]);
    digits
}

/// The digits without leading zeros.
fn text_of(digits: &[u8; DIGITS]) -> &str {
    let first = digits.iter().position(|digit| *digit != b'0').unwrap_or(DIGITS - 1);
    std::str::from_utf8(&digits[first..]).expect("digits are text")
}

/// Decimal digits of the greatest number of 188 bits: three times 19.
const DIGITS: usize = 57;

/// Writes a number with leading zeros. Every record read is named by three of these, so it is not left to `fmt`.
fn write_digits(mut number: u64, digits: &mut [u8]) {
    for pair in digits.rchunks_mut(2) {
        let rest = (number % 100) as u8;
        number /= 100;
        if let [tens, units] = pair {
            (*tens, *units) = (b'0' + rest / 10, b'0' + rest % 10);
        } else if let [units] = pair {
            *units = b'0' + rest % 10;
        }
    }
}

impl FromStr for SequenceNumber {
    type Err = ParseSequenceNumberError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parts = parse_decimal(text);
        let number = parts.and_then(|(high, low)| Self::from_parts(high, low));
        number.ok_or(ParseSequenceNumberError)
    }
}

impl Serialize for SequenceNumber {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Quotient (upper 64 and lower 128 bits) and remainder.
fn divide_by_ten_to_19(high: u64, low: u128) -> (u64, u128, u64) {
    let mut remainder = 0;
    let mut step = |limb: u64| {
        let dividend = remainder << 64 | u128::from(limb);
        let quotient = dividend / TEN_TO_19;
        remainder = dividend - quotient * TEN_TO_19;
        quotient as u64
    };
    let high = step(high);
    let middle = step((low >> 64) as u64);
    let units = step(low as u64);
    (high, u128::from(middle) << 64 | u128::from(units), remainder as u64)
}

/// Upper 64 and lower 128 bits of a decimal text; `None` for anything else.
pub(super) fn parse_decimal(text: &str) -> Option<(u64, u128)> {
    let mut limbs = [0_u64; 3];
    for byte in text.bytes() {
        let mut carry = u128::from(byte.checked_sub(b'0').filter(|digit| *digit < 10)?);
        for limb in &mut limbs {
            carry += u128::from(*limb) * 10;
            *limb = carry as u64;
            carry >>= 64;
        }
        if carry > 0 {
            return None;
        }
    }
    let [units, middle, high] = limbs;
    Some((high, u128::from(middle) << 64 | u128::from(units)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn number(index: u32, created_secs: i64, counter: u64, written_secs: i64) -> SequenceNumber {
        SequenceNumber::new(
            ShardId::new(index),
            Timestamp::from_millis(created_secs * 1000),
            counter,
            Timestamp::from_millis(written_secs * 1000),
        )
    }

    #[test]
    fn layout_is_that_of_aws() {
        let number = number(0x1a, 0x5_4321_0fed, 0x1234_5678_9abc_def0, 0x6_5432_10fe);
        let (high, low) = number.to_parts();
        let hex = format!("{high:015x}{low:032x}");
        assert_eq!(hex, "2543210feda123456789abcdef000654321 0fe0000001a2".replace(' ', ""));
    }

    #[test]
    fn numbers_that_aws_gave_out_read_and_print() {
        // From the example response in the documentation of PutRecords.
        for (text, shard, counter) in [
            ("49543463076548007577105092703039560359975228518395019266", "shardId-000000000000", 0x157d),
            ("49543463076570308322303623326179887152428262250726293522", "shardId-000000000001", 0x157c),
        ] {
            let number: SequenceNumber = text.parse().unwrap();
            assert_eq!(number.to_string(), text);
            assert_eq!(number.shard().to_string(), shard);
            assert_eq!(number.counter(), counter);
        }
    }

    #[test]
    fn other_texts_are_refused() {
        let too_many_digits = "9".repeat(129);
        // One of the right length whose last hexadecimal digit, the version, is 4.
        let version_4 = "49543463076570308322303623326179887152428262250726293524";
        for text in ["", "0", "1", "-1", "abc", "2 ", version_4, &too_many_digits] {
            let parsed = text.parse::<SequenceNumber>();
            assert_eq!(parsed, Err(ParseSequenceNumberError), "{text}");
        }
    }

    proptest! {
        #[test]
        fn parse_inverts_display(
            index: u32, created in 0_i64..1 << 36, counter in 0_u64..1 << 63, written in 0_i64..1 << 36
        ) {
            let number = number(index, created, counter, written);
            prop_assert_eq!(number.to_string().parse(), Ok(number));
        }

        #[test]
        fn limbs_are_written_as_the_number_is(
            index: u32, created in 0_i64..1 << 36, counter in 0_u64..1 << 63, written in 0_i64..1 << 36
        ) {
            let number = number(index, created, counter, written);
            prop_assert_eq!(SequenceNumber::write_limbs(number.limbs()), number.to_string());
        }

        #[test]
        fn numbers_rise_with_the_counter_whatever_time_does(
            index: u32,
            created in 0_i64..1 << 36,
            counter in 0_u64..(1 << 63) - 1,
            written in 0_i64..1 << 36,
            later in 0_i64..1 << 36,
        ) {
            let first = number(index, created, counter, written);
            let second = number(index, created, counter + 1, later);
            prop_assert!(first < second);
            // Decimal texts of equal length compare as numbers do; these have 56 or 57 digits.
            let (first, second) = (first.to_string(), second.to_string());
            prop_assert!((first.len(), first) < (second.len(), second));
        }
    }
}
