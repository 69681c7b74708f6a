//! How long a stream keeps its records: what both operations on it check and do.

use super::errors;
use crate::error::ApiError;
use crate::operation::Context;
use crate::store::StreamRow;
use crate::validation::Constraint::{self, *};

/// What every stream keeps, in hours.
pub(super) const HOURS_MIN: i32 = 24;
/// What a stream keeps at most, in hours: a year.
pub(super) const HOURS_MAX: i32 = 8760;

/// On hours in requests; the bounds of a day and a year are no constraints of the wire.
pub(super) const HOURS: &[Constraint] = &[Required, Range(1, i32::MAX as i64)];

/// Refuses what no stream can be told to keep.
pub(super) fn check(hours: i32) -> Result<i64, ApiError> {
    match hours {
        ..HOURS_MIN => Err(errors::retention_too_short(hours, HOURS_MIN)),
        HOURS_MIN..=HOURS_MAX => Ok(hours.into()),
        _ => Err(errors::retention_too_long(hours, HOURS_MAX)),
    }
}

/// Sets the period. What has expired under the old one or the new one is gone for good.
pub(super) fn set(ctx: &mut Context<'_>, stream: &StreamRow, hours: i64) -> Result<(), ApiError> {
    ctx.store.update_stream(&StreamRow { retention_hours: hours, ..stream.clone() })?;
    let shorter = StreamRow { retention_hours: hours.min(stream.retention_hours), ..stream.clone() };
    Ok(ctx.store.trim_stream(stream.id, shorter.trim_horizon(ctx.now))?)
}

#[cfg(test)]
mod tests {
    use crate::error::ErrorCode;
    use crate::kinesis::{
        CreateStream, CreateStreamRequest, DecreaseStreamRetentionPeriod,
        DecreaseStreamRetentionPeriodRequest, DescribeStreamSummary, DescribeStreamSummaryRequest,
        GetRecords, GetRecordsRequest, GetShardIterator, GetShardIteratorRequest,
        IncreaseStreamRetentionPeriod, IncreaseStreamRetentionPeriodRequest, PutRecords, PutRecordsRequest,
        PutRecordsRequestEntry, ShardId,
    };
    use crate::{ApiError, Emulator, Identity, Storage, Timestamp};

    const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);

    fn hours_later(hours: i64) -> Timestamp {
        NOW.plus_millis(hours * 3_600_000)
    }

    fn emulator() -> Emulator {
        let emulator = Emulator::open(Storage::Memory, Identity::default()).unwrap();
        emulator.call::<CreateStream>(NOW, CreateStreamRequest::new("orders", 1)).unwrap();
        let entry = PutRecordsRequestEntry::new("k", "data");
        emulator.call::<PutRecords>(NOW, PutRecordsRequest::new("orders", vec![entry])).unwrap();
        emulator
    }

    fn increase(emulator: &Emulator, now: Timestamp, hours: i32) -> Result<(), ApiError> {
        let request = IncreaseStreamRetentionPeriodRequest::new("orders", hours);
        emulator.call::<IncreaseStreamRetentionPeriod>(now, request)
    }

    fn decrease(emulator: &Emulator, now: Timestamp, hours: i32) -> Result<(), ApiError> {
        let request = DecreaseStreamRetentionPeriodRequest::new("orders", hours);
        emulator.call::<DecreaseStreamRetentionPeriod>(now, request)
    }

    fn records(emulator: &Emulator, now: Timestamp) -> usize {
        let request = GetShardIteratorRequest::new("orders", ShardId::new(0), "TRIM_HORIZON");
        let iterator = emulator.call::<GetShardIterator>(now, request).unwrap().shard_iterator;
        emulator.call::<GetRecords>(now, GetRecordsRequest::new(iterator)).unwrap().records.len()
    }

    #[test]
    fn records_live_as_long_as_the_period_says() {
        let emulator = emulator();
        increase(&emulator, NOW, 48).unwrap();
        let request = DescribeStreamSummaryRequest::new("orders");
        let summary = emulator.call::<DescribeStreamSummary>(NOW, request).unwrap();
        assert_eq!(summary.stream_description_summary.retention_period_hours, 48);
        assert_eq!(records(&emulator, hours_later(48)), 1);
        assert_eq!(records(&emulator, hours_later(49)), 0);
    }

    #[test]
    fn what_has_expired_does_not_come_back() {
        let fresh = emulator();
        increase(&fresh, hours_later(25), 48).unwrap();
        assert_eq!(records(&fresh, hours_later(25)), 0);
        let emulator = emulator();
        increase(&emulator, NOW, 48).unwrap();
        decrease(&emulator, hours_later(25), 24).unwrap();
        increase(&emulator, hours_later(25), 48).unwrap();
        assert_eq!(records(&emulator, hours_later(25)), 0);
    }

    #[test]
    fn a_period_is_a_day_at_least_and_a_year_at_most() {
        let emulator = emulator();
        for result in [increase(&emulator, NOW, 23), decrease(&emulator, NOW, 23)] {
            let error = result.unwrap_err();
            assert_eq!(error.code, ErrorCode::InvalidArgumentException);
            let expected = "Minimum allowed retention period is 24 hours. Requested retention period (23 hours) is \
                            too short.";
            assert_eq!(error.message, expected);
        }
        for result in [increase(&emulator, NOW, 8761), decrease(&emulator, NOW, 8761)] {
            let expected = "Maximum allowed retention period is 8760 hours. Requested retention period (8761 hours) \
                            is too long.";
            assert_eq!(result.unwrap_err().message, expected);
        }
        increase(&emulator, NOW, 8760).unwrap();
    }

    #[test]
    fn each_operation_goes_its_own_way_only() {
        let emulator = emulator();
        let error = decrease(&emulator, NOW, 25).unwrap_err();
        let expected = "Requested retention period (25 hours) for stream orders can not be longer than existing \
                        retention period (24 hours). Use IncreaseRetentionPeriod API.";
        assert_eq!((error.code, error.message.as_str()), (ErrorCode::InvalidArgumentException, expected));
        increase(&emulator, NOW, 25).unwrap();
        let expected = "Requested retention period (24 hours) for stream orders can not be shorter than existing \
                        retention period (25 hours). Use DecreaseRetentionPeriod API.";
        assert_eq!(increase(&emulator, NOW, 24).unwrap_err().message, expected);
        // The same again is no mistake.
        increase(&emulator, NOW, 25).unwrap();
        decrease(&emulator, NOW, 25).unwrap();
    }
}
