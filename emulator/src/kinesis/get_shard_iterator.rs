//! `GetShardIterator`: a cursor into a shard.
//! Source: <https://docs.aws.amazon.com/kinesis/latest/APIReference/API_GetShardIterator.html>

use serde::{Deserialize, Serialize};

use super::number_versions::Encoded;
use super::put_record::SEQUENCE_NUMBER;
use super::shard_iterator::ShardIterator;
use super::{SequenceNumber, ShardId, errors, stream};
use crate::error::{ApiError, ErrorCode};
use crate::operation::{Context, Operation};
use crate::store::{ShardRow, StreamRow};
use crate::time::Timestamp;
use crate::validation::Constraint::*;
use crate::validation::{Rule, field, required, text};

/// See the module.
pub struct GetShardIterator;

impl Operation for GetShardIterator {
    const NAME: &'static str = "Kinesis_20131202.GetShardIterator";
    const RULES: &'static [Rule<GetShardIteratorRequest>] = &[
        field("shardId", |r| text(&r.shard_id), stream::REQUIRED_NAME),
        field("shardIteratorType", |r| text(&r.shard_iterator_type), &[Required, OneOf(TYPES)]),
        field("startingSequenceNumber", |r| text(&r.starting_sequence_number), SEQUENCE_NUMBER),
        field("streamName", |r| text(&r.stream_name), stream::NAME),
        field("streamARN", |r| text(&r.stream_arn), stream::ARN),
    ];
    const READS_ONLY: bool = true;
    type Request = GetShardIteratorRequest;
    type Response = GetShardIteratorResponse;

    fn call(
        ctx: &mut Context<'_>,
        request: GetShardIteratorRequest,
    ) -> Result<GetShardIteratorResponse, ApiError> {
        let (stream, shard) = find_shard(ctx, &request)?;
        let counter = counter(ctx, &stream, &shard, position(&request)?)?;
        if request.dry_run == Some(true) {
            return Err(errors::dry_run());
        }
        let iterator = ShardIterator {
            stream: stream.name,
            stream_created: stream.created,
            shard: shard.id,
            counter,
            issued: ctx.now,
        };
        Ok(GetShardIteratorResponse { shard_iterator: iterator.encode() })
    }
}

pub(super) const TYPES: &[&str] =
    &["AFTER_SEQUENCE_NUMBER", "LATEST", "AT_TIMESTAMP", "AT_SEQUENCE_NUMBER", "TRIM_HORIZON"];

/// What `GetShardIterator` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct GetShardIteratorRequest {
    /// The stream, by name.
    pub stream_name: Option<String>,
    /// The stream, by ARN.
    #[serde(rename = "StreamARN")]
    pub stream_arn: Option<String>,
    /// Required.
    pub shard_id: Option<String>,
    /// Required: `AT_SEQUENCE_NUMBER`, `AFTER_SEQUENCE_NUMBER`, `AT_TIMESTAMP`, `TRIM_HORIZON` or
    /// `LATEST`.
    pub shard_iterator_type: Option<String>,
    /// For the types that name one.
    pub starting_sequence_number: Option<String>,
    /// For `AT_TIMESTAMP`.
    pub timestamp: Option<Timestamp>,
    /// Only asks whether it would work; the answer is an error then.
    pub dry_run: Option<bool>,
}

impl GetShardIteratorRequest {
    /// An iterator of a type that needs no more than its name.
    pub fn new(stream_name: impl Into<String>, shard: ShardId, iterator_type: &str) -> Self {
        Self {
            stream_name: Some(stream_name.into()),
            shard_id: Some(shard.to_string()),
            shard_iterator_type: Some(iterator_type.to_owned()),
            ..Self::default()
        }
    }
}

/// What `GetShardIterator` answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct GetShardIteratorResponse {
    /// For `GetRecords`, within five minutes.
    pub shard_iterator: String,
}

/// Where in a shard to start.
pub(super) enum Position<'a> {
    TrimHorizon,
    Latest,
    AtTimestamp(Timestamp),
    At(&'a str),
    After(&'a str),
}

fn position(request: &GetShardIteratorRequest) -> Result<Position<'_>, ApiError> {
    let kind = request.shard_iterator_type.as_deref().unwrap_or_default();
    Position::of(kind, request.starting_sequence_number.as_deref(), request.timestamp)
}

impl<'a> Position<'a> {
    /// The position of a type and of what must go with it.
    pub fn of(kind: &str, number: Option<&'a str>, time: Option<Timestamp>) -> Result<Self, ApiError> {
        match (kind, number, time) {
            ("TRIM_HORIZON", None, _) => Ok(Self::TrimHorizon),
            ("LATEST", None, _) => Ok(Self::Latest),
            ("AT_SEQUENCE_NUMBER", Some(number), _) => Ok(Self::At(number)),
            ("AFTER_SEQUENCE_NUMBER", Some(number), _) => Ok(Self::After(number)),
            ("AT_TIMESTAMP", _, Some(time)) => Ok(Self::AtTimestamp(time)),
            ("AT_TIMESTAMP", _, None) => Err(errors::invalid_argument(
                "Must specify timestampInMillis parameter for iterator of type AT_TIMESTAMP. \
                 Current request has no timestamp parameter.",
            )),
            (kind, number, _) => {
                let mismatch = number.map_or("no", |_| "also a");
                Err(errors::invalid_argument(format!(
                    "Must either specify (1) AT_SEQUENCE_NUMBER or AFTER_SEQUENCE_NUMBER and \
                     StartingSequenceNumber or (2) TRIM_HORIZON or LATEST and no \
                     StartingSequenceNumber. Request specified {kind} and {mismatch} \
                     StartingSequenceNumber."
                )))
            }
        }
    }
}

/// Number of the record that a position means.
pub(super) fn counter(
    ctx: &Context<'_>,
    stream: &StreamRow,
    shard: &ShardRow,
    position: Position<'_>,
) -> Result<u64, ApiError> {
    Ok(match position {
        Position::TrimHorizon => 1,
        Position::Latest => shard.counter_next,
        Position::At(number) => known_number(ctx, stream, shard, number)?.counter(),
        Position::After(number) => known_number(ctx, stream, shard, number)?.counter() + 1,
        Position::AtTimestamp(time) => {
            check_not_in_future(time, ctx.now)?;
            let first = ctx.store.first_counter_at(stream.id, shard.id, time)?;
            first.unwrap_or(shard.counter_next)
        }
    })
}

fn find_shard(
    ctx: &Context<'_>,
    request: &GetShardIteratorRequest,
) -> Result<(StreamRow, ShardRow), ApiError> {
    let account = &ctx.identity.account;
    let (name, arn) = (request.stream_name.as_deref(), request.stream_arn.as_deref());
    let name = stream::name(ctx.identity, name, arn)?;
    let shard = required(request.shard_id.as_deref());
    let shard = ShardId::parse(shard).ok_or_else(|| errors::shard_not_found(shard, &name, account))?;
    let missing = || errors::shard_does_not_exist(shard, &name, account);
    let stream = ctx.store.find_stream(&name)?.ok_or_else(missing)?;
    let row = ctx.store.find_shard(stream.id, shard)?.filter(|row| stream.keeps(row, ctx.now));
    let row = row.ok_or_else(missing)?;
    Ok((stream, row))
}

/// The sequence number of a text, if it can be one of this shard.
fn known_number(
    ctx: &Context<'_>,
    stream: &StreamRow,
    shard: &ShardRow,
    text: &str,
) -> Result<SequenceNumber, ApiError> {
    let invalid = |why: &str| {
        errors::invalid_argument(format!(
            "StartingSequenceNumber {text} used in GetShardIterator on shard {} in stream {} \
             under account {} is invalid{why}.",
            shard.id, stream.name, ctx.identity.account
        ))
    };
    let encoded = Encoded::read(text).ok_or_else(|| invalid(""))?;
    if u32::try_from(encoded.shard) != Ok(shard.id.index()) {
        return Err(errors::invalid_argument(format!(
            "Invalid StartingSequenceNumber. It encodes shardId-{:012}, while it was used in a call to a \
             shard with {}",
            encoded.shard, shard.id
        )));
    }
    if encoded.version != 2 {
        // So does AWS.
        return Err(ApiError::new(ErrorCode::InternalFailure, ""));
    }
    let number: SequenceNumber = text.parse().map_err(|_| invalid(""))?;
    if number.shard_created_secs() != shard.created.as_secs() {
        return Err(invalid(" because it did not come from this stream"));
    }
    Ok(number)
}

fn check_not_in_future(time: Timestamp, now: Timestamp) -> Result<(), ApiError> {
    if time <= now {
        return Ok(());
    }
    Err(errors::invalid_argument(format!(
        "The timestampInMillis parameter cannot be greater than the currentTimestampInMillis. \
         timestampInMillis: {}, currentTimestampInMillis: {}",
        time.as_millis(),
        now.as_millis()
    )))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorCode;
    use crate::kinesis::{
        CreateStream, CreateStreamRequest, GetRecords, GetRecordsRequest, PutRecords, PutRecordsRequest,
        PutRecordsRequestEntry,
    };
    use crate::{Emulator, Identity, Storage};

    const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);
    const SHARD: ShardId = ShardId::new(0);

    fn emulator() -> Emulator {
        let emulator = Emulator::open(Storage::Memory, Identity::default()).unwrap();
        let request = CreateStreamRequest::new("orders", 1);
        emulator.call::<CreateStream>(NOW, request).unwrap();
        emulator
    }

    /// Puts records with these data, all at `now`, and answers their sequence numbers.
    fn put(emulator: &Emulator, now: Timestamp, data: &[&'static str]) -> Vec<String> {
        let entries = data.iter().map(|data| PutRecordsRequestEntry::new("k", *data));
        let request = PutRecordsRequest::new("orders", entries.collect());
        let response = emulator.call::<PutRecords>(now, request).unwrap();
        let numbers = response.records.into_iter();
        numbers.map(|entry| entry.sequence_number.unwrap().to_string()).collect()
    }

    fn request(iterator_type: &str) -> GetShardIteratorRequest {
        GetShardIteratorRequest::new("orders", SHARD, iterator_type)
    }

    fn with_number(iterator_type: &str, number: &str) -> GetShardIteratorRequest {
        GetShardIteratorRequest {
            starting_sequence_number: Some(number.to_owned()),
            ..request(iterator_type)
        }
    }

    fn with_time(time: Timestamp) -> GetShardIteratorRequest {
        GetShardIteratorRequest { timestamp: Some(time), ..request("AT_TIMESTAMP") }
    }

    fn iterator(emulator: &Emulator, now: Timestamp, request: GetShardIteratorRequest) -> String {
        emulator.call::<GetShardIterator>(now, request).unwrap().shard_iterator
    }

    fn read(emulator: &Emulator, now: Timestamp, iterator: String) -> String {
        let request = GetRecordsRequest::new(iterator);
        let records = emulator.call::<GetRecords>(now, request).unwrap().records;
        let data = records.iter().map(|record| String::from_utf8(record.data.to_vec()).unwrap());
        data.collect::<Vec<_>>().join(" ")
    }

    #[track_caller]
    fn refuses(request: GetShardIteratorRequest, code: ErrorCode, message: &str) {
        let emulator = emulator();
        let error = emulator.call::<GetShardIterator>(NOW, request).unwrap_err();
        assert_eq!((error.code, error.message.as_str()), (code, message));
    }

    #[test]
    fn every_type_starts_where_it_says() {
        let emulator = emulator();
        let later = NOW.plus_millis(1000);
        let last = NOW.plus_millis(2000);
        let mut numbers = put(&emulator, NOW, &["a", "b"]);
        numbers.extend(put(&emulator, later, &["c", "d"]));
        let latest = iterator(&emulator, later, request("LATEST"));
        put(&emulator, last, &["e"]);
        let starts_with = |request, expected| {
            let iterator = iterator(&emulator, last, request);
            assert_eq!(read(&emulator, last, iterator), expected);
        };
        starts_with(request("TRIM_HORIZON"), "a b c d e");
        starts_with(request("LATEST"), "");
        starts_with(with_number("AT_SEQUENCE_NUMBER", &numbers[1]), "b c d e");
        starts_with(with_number("AFTER_SEQUENCE_NUMBER", &numbers[1]), "c d e");
        starts_with(with_time(NOW.plus_millis(-1)), "a b c d e");
        starts_with(with_time(NOW.plus_millis(1)), "c d e");
        starts_with(with_time(later), "c d e");
        starts_with(with_time(last), "e");
        assert_eq!(read(&emulator, last, latest), "e");
    }

    #[test]
    fn at_timestamp_after_all_records_waits_for_new_ones() {
        let emulator = emulator();
        put(&emulator, NOW, &["a"]);
        let later = NOW.plus_millis(1000);
        let waiting = iterator(&emulator, later, with_time(later));
        put(&emulator, later, &["b"]);
        assert_eq!(read(&emulator, later, waiting), "b");
    }

    #[test]
    fn starting_number_of_the_shard_starts_at_its_first_record() {
        let emulator = emulator();
        put(&emulator, NOW, &["a"]);
        let start = SequenceNumber::new(SHARD, NOW, 0, NOW).to_string();
        for iterator_type in ["AT_SEQUENCE_NUMBER", "AFTER_SEQUENCE_NUMBER"] {
            let iterator = iterator(&emulator, NOW, with_number(iterator_type, &start));
            assert_eq!(read(&emulator, NOW, iterator), "a");
        }
    }

    #[test]
    fn type_and_sequence_number_must_go_together() {
        let rule = "Must either specify (1) AT_SEQUENCE_NUMBER or AFTER_SEQUENCE_NUMBER and \
                    StartingSequenceNumber or (2) TRIM_HORIZON or LATEST and no \
                    StartingSequenceNumber. Request specified";
        let code = ErrorCode::InvalidArgumentException;
        let number = SequenceNumber::new(SHARD, NOW, 1, NOW).to_string();
        refuses(
            request("AT_SEQUENCE_NUMBER"),
            code,
            &format!("{rule} AT_SEQUENCE_NUMBER and no StartingSequenceNumber."),
        );
        refuses(
            with_number("LATEST", &number),
            code,
            &format!("{rule} LATEST and also a StartingSequenceNumber."),
        );
        refuses(
            request("AT_TIMESTAMP"),
            code,
            "Must specify timestampInMillis parameter for iterator of type AT_TIMESTAMP. \
             Current request has no timestamp parameter.",
        );
        refuses(
            with_time(NOW.plus_millis(1)),
            code,
            "The timestampInMillis parameter cannot be greater than the \
             currentTimestampInMillis. timestampInMillis: 1700000000001, \
             currentTimestampInMillis: 1700000000000",
        );
    }

    #[test]
    fn sequence_number_must_come_from_the_shard() {
        let code = ErrorCode::InvalidArgumentException;
        let of_another_shard = SequenceNumber::new(ShardId::new(1), NOW, 1, NOW).to_string();
        refuses(
            with_number("AT_SEQUENCE_NUMBER", &of_another_shard),
            code,
            "Invalid StartingSequenceNumber. It encodes shardId-000000000001, while it was used \
             in a call to a shard with shardId-000000000000",
        );
        let created = NOW.plus_millis(-60_000);
        let of_another_stream = SequenceNumber::new(SHARD, created, 1, NOW).to_string();
        let used = "used in GetShardIterator on shard shardId-000000000000 in stream orders \
                    under account 123456789012 is invalid";
        refuses(
            with_number("AT_SEQUENCE_NUMBER", &of_another_stream),
            code,
            &format!(
                "StartingSequenceNumber {of_another_stream} {used} \
                 because it did not come from this stream."
            ),
        );
        // A number that nobody gave out is read as one of long ago.
        refuses(
            with_number("AT_SEQUENCE_NUMBER", "5"),
            code,
            "Invalid StartingSequenceNumber. It encodes shardId-000000000005, while it was used \
             in a call to a shard with shardId-000000000000",
        );
        refuses(with_number("AT_SEQUENCE_NUMBER", "0"), ErrorCode::InternalFailure, "");
        let too_late = "26227199374822427428162556223570313216";
        refuses(
            with_number("AT_SEQUENCE_NUMBER", too_late),
            code,
            &format!("StartingSequenceNumber {too_late} {used}."),
        );
    }

    #[test]
    fn missing_shard_or_stream_is_not_found() {
        let code = ErrorCode::ResourceNotFoundException;
        refuses(
            GetShardIteratorRequest::new("orders", ShardId::new(5), "LATEST"),
            code,
            "Shard shardId-000000000005 in stream orders under account 123456789012 \
             does not exist",
        );
        refuses(
            GetShardIteratorRequest::new("nowhere", SHARD, "LATEST"),
            code,
            "Shard shardId-000000000000 in stream nowhere under account 123456789012 \
             does not exist",
        );
        refuses(
            GetShardIteratorRequest { shard_id: Some("ABKLFD8".to_owned()), ..request("LATEST") },
            code,
            "Could not find shard ABKLFD8 in stream orders under account 123456789012.",
        );
    }
}
