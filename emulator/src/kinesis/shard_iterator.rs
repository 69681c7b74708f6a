//! Shard iterators: opaque, expiring cursors into a shard.
//!
//! Base64 of, in this order: AWS's prefix (eight bytes with the value 1), the fields below
//! (big-endian), zeros up to the length that AWS's iterators have for the stream's name, and a
//! checksum. Source of prefix and length: kinesalite's tests, recorded against AWS.

use bytes::{Buf, BufMut};

use super::{ITERATOR_LIFETIME_MS, ShardId, errors};
use crate::error::ApiError;
use crate::opaque;
use crate::time::Timestamp;

const PREFIX: u64 = 1;
const CHECKSUM_BYTES: usize = 8;

/// Where a consumer is in a shard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ShardIterator {
    pub stream: String,
    /// Tells a stream from a later one of the same name.
    pub stream_created: Timestamp,
    pub shard: ShardId,
    /// Number of the next record to read.
    pub counter: u64,
    pub issued: Timestamp,
}

impl ShardIterator {
    pub fn encode(&self) -> String {
        let length = aws_length(&self.stream) - CHECKSUM_BYTES;
        let mut payload = Vec::with_capacity(length + CHECKSUM_BYTES);
        payload.put_u64(PREFIX);
        payload.put_i64(self.issued.as_millis());
        payload.put_i64(self.stream_created.as_millis());
        payload.put_u32(self.shard.index());
        payload.put_u64(self.counter);
        payload.put_u8(self.stream.len() as u8);
        payload.put_slice(self.stream.as_bytes());
        payload.resize(length, 0);
        opaque::seal(payload)
    }

    /// Reads what a client sends at `now`.
    pub fn decode(text: &str, now: Timestamp) -> Result<Self, ApiError> {
        // AWS takes an iterator in quotes as well (found by LocalStack).
        let text = text.trim_matches('"');
        let payload = opaque::open(text).ok_or_else(errors::invalid_shard_iterator)?;
        let iterator = Self::from_payload(&payload).ok_or_else(errors::invalid_shard_iterator)?;
        let age_ms = now.millis_since(iterator.issued);
        if age_ms < 0 {
            return Err(errors::invalid_shard_iterator());
        }
        if age_ms > ITERATOR_LIFETIME_MS {
            return Err(errors::expired_iterator(iterator.issued, now));
        }
        Ok(iterator)
    }

    fn from_payload(mut payload: &[u8]) -> Option<Self> {
        if payload.try_get_u64().ok()? != PREFIX {
            return None;
        }
        let issued = Timestamp::from_millis(payload.try_get_i64().ok()?);
        let stream_created = Timestamp::from_millis(payload.try_get_i64().ok()?);
        let shard = ShardId::new(payload.try_get_u32().ok()?);
        let counter = payload.try_get_u64().ok()?;
        let name_length = payload.try_get_u8().ok()?;
        let name = payload.get(..name_length.into())?;
        Some(Self { stream: String::from_utf8(name.to_vec()).ok()?, stream_created, shard, counter, issued })
    }
}

/// Bytes of the iterators that AWS makes for a stream.
fn aws_length(stream: &str) -> usize {
    152 + (stream.len() + 2) / 16 * 16
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::base64;
    use crate::error::ErrorCode;

    const ISSUED: Timestamp = Timestamp::from_millis(1_421_889_722_000);

    fn iterator(stream: &str) -> ShardIterator {
        ShardIterator {
            stream: stream.to_owned(),
            stream_created: Timestamp::from_millis(1_421_000_000_000),
            shard: ShardId::new(3),
            counter: 77,
            issued: ISSUED,
        }
    }

    proptest! {
        #[test]
        fn decode_inverts_encode_at_aws_lengths(stream in "[a-zA-Z0-9_.-]{1,128}") {
            let iterator = iterator(&stream);
            let text = iterator.encode();
            let bytes = base64::decode(&text).unwrap();
            prop_assert_eq!(bytes.len(), aws_length(&stream));
            prop_assert_eq!(&bytes[..8], &[0, 0, 0, 0, 0, 0, 0, 1]);
            prop_assert!(text.len() <= 512);
            prop_assert_eq!(ShardIterator::decode(&text, ISSUED).unwrap(), iterator.clone());
            let quoted = format!("\"{text}\"");
            prop_assert_eq!(ShardIterator::decode(&quoted, ISSUED).unwrap(), iterator);
        }
    }

    #[test]
    fn iterator_expires_after_five_minutes_in_the_words_of_aws() {
        let text = iterator("orders").encode();
        let last_moment = ISSUED.plus_millis(300_000);
        assert!(ShardIterator::decode(&text, last_moment).is_ok());
        let error = ShardIterator::decode(&text, ISSUED.plus_millis(300_001)).unwrap_err();
        assert_eq!(error.code, ErrorCode::ExpiredIteratorException);
        assert_eq!(
            error.message,
            "Iterator expired. The iterator was created at time Thu Jan 22 01:22:02 UTC 2015 \
             while right now it is Thu Jan 22 01:27:02 UTC 2015 which is further in the future \
             than the tolerated delay of 300000 milliseconds."
        );
    }

    #[test]
    fn texts_that_are_no_iterators_are_refused() {
        let damaged = iterator("orders").encode().replace('A', "B");
        let of_the_future = ISSUED.plus_millis(-1);
        for (text, now) in [
            ("", ISSUED),
            ("AAAAAAAAAAE=", ISSUED),
            (&damaged, ISSUED),
            (&iterator("orders").encode(), of_the_future),
        ] {
            let error = ShardIterator::decode(text, now).unwrap_err();
            assert_eq!(error.code, ErrorCode::InvalidArgumentException);
            assert_eq!(error.message, "Invalid ShardIterator.");
        }
    }
}
