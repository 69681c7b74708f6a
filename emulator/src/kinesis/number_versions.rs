//! Sequence numbers of any version: what AWS reads out of a number that it did not necessarily give out.
//!
//! Numbers are given out in version 2 only ([`SequenceNumber`](super::SequenceNumber)). Until 2014 AWS gave out others,
//! and it still reads them, which shows in what it says of a number that somebody made up: `5` is a number of version 0
//! for the shard with index 5. In hexadecimal, with digits counted from 0:
//!
//! | version | digits | shard created, s | written, s | shard | known by |
//! |---|---|---|---|---|---|
//! | 0 | 32 | 1–9 | | 28–31 | a leading 1, which may be left out |
//! | 1 | 47 | 1–9 | 13–21 | 38–45 | a leading 2, and 1 at the end |
//! | 2 | 47 | 1–9 | 29–37 | 38–45 | a leading 2, and 2 at the end |
//!
//! Source: kinesalite (`db/index.js`).

use std::ops::Range;

use super::sequence_number::parse_decimal;
use crate::time::Timestamp;

/// From this second on AWS takes a time for none: 12 October 2477.
const SECS_END: u64 = 16_025_175_000;
/// What version 0 may leave out.
const LEADING_ONE: u128 = 1 << 124;

/// What a number says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Encoded {
    /// 0, 1 or 2.
    pub version: u8,
    /// Index of the shard, as far as it can be one.
    pub shard: i32,
    /// When the record was written, in seconds; 0 where a number does not say it.
    written_secs: u64,
}

impl Encoded {
    /// What a decimal text says, if it is a sequence number at all.
    pub fn read(text: &str) -> Option<Self> {
        let (high, low) = parse_decimal(text).filter(|_| !text.is_empty())?;
        if high == 0 && low < LEADING_ONE * 2 {
            return Self::version_0(format!("{:032x}", low | LEADING_ONE));
        }
        let hex = format!("{high:015x}{low:032x}");
        if hex.len() != 47 || !hex.starts_with('2') || hex[1..].bytes().all(|digit| digit == b'0') {
            return None;
        }
        match &hex[46..] {
            "1" => {
                Some(Self { version: 1, shard: shard(&hex, 38..46)?, written_secs: number(&hex, 13..22)? })
            }
            "2" => Self::version_2(&hex),
            _ => None,
        }
    }

    /// Whether it says that it was written later than `now`.
    pub fn is_after(&self, now: Timestamp) -> bool {
        self.written_secs > now.as_secs()
    }

    fn version_0(hex: String) -> Option<Self> {
        let created = number(&hex, 1..10)?;
        (created < SECS_END).then_some(Self { version: 0, shard: shard(&hex, 28..32)?, written_secs: 0 })
    }

    fn version_2(hex: &str) -> Option<Self> {
        let counter_fits = number(hex, 11..12)? < 8;
        let fits = counter_fits && number(hex, 1..10)? < SECS_END;
        let (shard, written_secs) = (shard(hex, 38..46)?, number(hex, 29..38)?);
        fits.then_some(Self { version: 2, shard, written_secs })
    }
}

fn number(hex: &str, digits: Range<usize>) -> Option<u64> {
    u64::from_str_radix(hex.get(digits)?, 16).ok()
}

/// Eight digits are a signed number.
fn shard(hex: &str, digits: Range<usize>) -> Option<i32> {
    number(hex, digits).map(|index| index as u32 as i32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinesis::{SequenceNumber, ShardId};

    /// The decimal text of a number in hexadecimal.
    fn decimal(hex: &str) -> String {
        let mut digits = vec![0_u8];
        for nibble in hex.chars().map(|digit| digit.to_digit(16).unwrap()) {
            let mut carry = nibble;
            for digit in &mut digits {
                carry += u32::from(*digit) * 16;
                *digit = (carry % 10) as u8;
                carry /= 10;
            }
            while carry > 0 {
                digits.push((carry % 10) as u8);
                carry /= 10;
            }
        }
        digits.iter().rev().map(|digit| char::from(b'0' + digit)).collect()
    }

    #[test]
    fn numbers_of_every_version_name_their_shards() {
        let small = Encoded { version: 0, shard: 5, written_secs: 0 };
        assert_eq!(Encoded::read("5"), Some(small));
        let first = Encoded::read(&decimal("20000000000000000000000000000000000000000000001")).unwrap();
        assert_eq!((first.version, first.shard), (1, 0));
        let negative = Encoded::read(&decimal("20000000000000000000000000000000000000800000002")).unwrap();
        assert_eq!((negative.version, negative.shard), (2, i32::MIN));
        let now = Timestamp::from_millis(1_700_000_000_000);
        let given_out = SequenceNumber::new(ShardId::new(7), now, 3, now).to_string();
        let read = Encoded::read(&given_out).unwrap();
        assert_eq!((read.version, read.shard), (2, 7));
        assert!(!read.is_after(now) && read.is_after(now.plus_millis(-1000)));
    }

    #[test]
    fn what_is_no_number_of_any_version_is_none() {
        for hex in [
            "13bb2cc3d80000000000000000000000",
            "20000000000000000000000000000000000000000000000",
            "20000000000000000000000000000000000000000000003",
            "30000000000000000000000000000000000000000000001",
            "1ffffffffff7fffffffffffffff000000000007fffffff2",
            "20000000000800000000000000000000000000000000002",
            "2ffffffffff7fffffffffffffff000000000007fffffff2",
            "fffffffffffffffffffffffffffffffffffffffffffffff",
        ] {
            assert_eq!(Encoded::read(&decimal(hex)), None, "{hex}");
        }
        for text in ["", "x", "-1"] {
            assert_eq!(Encoded::read(text), None);
        }
    }
}
