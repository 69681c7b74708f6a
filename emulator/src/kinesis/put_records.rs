//! `PutRecords`: append up to 500 records, each to the shard that owns its hash key.
//! Source: <https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecords.html>

use std::collections::BTreeMap;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::record_block::BlockBuilder;
use super::{
    HashKey, PUT_RECORDS_BYTES_MAX, PUT_RECORDS_ENTRIES_MAX, SequenceNumber, ShardId, errors, stream,
};
use crate::base64::optional_blob;
use crate::error::ApiError;
use crate::operation::{Context, Operation};
use crate::settings::Limits;
use crate::store::{LogBlock, ShardRow, StreamRow};
use crate::time::Timestamp;
use crate::validation::Constraint::{self, *};
use crate::validation::{Rule, TextPattern, blob, field, inside, list, required, text, validate};

/// What AWS prints for a record inside a message.
const ENTRY_SHOWN: &str = "com.amazonaws.kinesis.v20131202.PutRecordsRequestEntry@c965e310";

/// See the module.
pub struct PutRecords;

impl Operation for PutRecords {
    const NAME: &'static str = "Kinesis_20131202.PutRecords";
    // Which rules hold depends on the stream: see `call`.
    const RULES: &'static [Rule<PutRecordsRequest>] = &[];
    type Request = PutRecordsRequest;
    type Response = PutRecordsResponse;

    fn call(ctx: &mut Context<'_>, request: PutRecordsRequest) -> Result<PutRecordsResponse, ApiError> {
        let (name, arn) = (request.stream_name.as_deref(), request.stream_arn.as_deref());
        let found = stream::find_writable(ctx, name, arn);
        let spread = found.as_ref().is_ok_and(StreamRow::spreads_records);
        validate(&request, if spread { SPREAD_RULES } else { RULES })?;
        let stream = found?;
        let entries = required(request.records);
        check_sizes(&entries, &stream)?;
        if request.dry_run == Some(true) {
            return Err(errors::dry_run());
        }
        let mut appender = Appender::new(ctx, &stream)?;
        let records =
            entries.into_iter().map(|entry| appender.append(ctx, entry).map(PutRecordsResultEntry::from));
        let records = records.collect::<Result<Vec<_>, ApiError>>()?;
        appender.store(ctx)?;
        Ok(PutRecordsResponse {
            failed_record_count: records.iter().filter(|record| record.error_code.is_some()).count(),
            records,
            encryption_type: stream.key_id.as_ref().map(|_| stream.encryption_type()),
        })
    }
}

const RULES: &[Rule<PutRecordsRequest>] = &[
    field("records", |r| list(&r.records, ENTRY_SHOWN), &[Required, Length(1, PUT_RECORDS_ENTRIES_MAX)]),
    inside(|r, found| found.each("records", &r.records, ENTRY)),
    field("streamName", |r| text(&r.stream_name), stream::NAME),
    field("streamARN", |r| text(&r.stream_arn), stream::ARN),
];

/// Where records are spread whatever their keys, they need none.
const SPREAD_RULES: &[Rule<PutRecordsRequest>] = &[
    field("records", |r| list(&r.records, ENTRY_SHOWN), &[Required, Length(1, PUT_RECORDS_ENTRIES_MAX)]),
    inside(|r, found| found.each("records", &r.records, SPREAD_ENTRY)),
    field("streamName", |r| text(&r.stream_name), stream::NAME),
    field("streamARN", |r| text(&r.stream_arn), stream::ARN),
];

const ENTRY: &[Rule<PutRecordsRequestEntry>] = &[
    field("partitionKey", |e| text(&e.partition_key), PARTITION_KEY),
    field("explicitHashKey", |e| text(&e.explicit_hash_key), EXPLICIT_HASH_KEY),
    field("data", |e| blob(&e.data), DATA),
];

const SPREAD_ENTRY: &[Rule<PutRecordsRequestEntry>] = &[
    field("partitionKey", |e| text(&e.partition_key), SPREAD_PARTITION_KEY),
    field("explicitHashKey", |e| text(&e.explicit_hash_key), EXPLICIT_HASH_KEY),
    field("data", |e| blob(&e.data), DATA),
];

pub(super) const PARTITION_KEY: &[Constraint] = &[Required, Length(1, 256)];
pub(super) const SPREAD_PARTITION_KEY: &[Constraint] = &[Length(1, 256)];
pub(super) const EXPLICIT_HASH_KEY: &[Constraint] = &[Pattern(&EXPLICIT_HASH_KEY_PATTERN)];
pub(super) const DATA: &[Constraint] = &[Required, Length(0, PUT_RECORDS_BYTES_MAX)];

pub(super) const EXPLICIT_HASH_KEY_PATTERN: TextPattern =
    TextPattern { regex: r"0|([1-9]\d{0,38})", matches: |text| is_decimal(text, 39) };

/// What `PutRecords` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct PutRecordsRequest {
    /// Required: 1 to 500 records, 10 MiB together.
    #[serde(deserialize_with = "crate::codec::structures")]
    pub records: Option<Vec<PutRecordsRequestEntry>>,
    /// The stream, by name.
    pub stream_name: Option<String>,
    /// The stream, by ARN.
    #[serde(rename = "StreamARN")]
    pub stream_arn: Option<String>,
    /// Only asks whether it would work; the answer is an error then.
    pub dry_run: Option<bool>,
}

impl PutRecordsRequest {
    /// Puts `records` into the stream of this name.
    pub fn new(stream_name: impl Into<String>, records: Vec<PutRecordsRequestEntry>) -> Self {
        Self { records: Some(records), stream_name: Some(stream_name.into()), ..Self::default() }
    }
}

/// One record to put.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct PutRecordsRequestEntry {
    /// Required.
    #[serde(with = "optional_blob")]
    pub data: Option<Bytes>,
    /// Decides the shard instead of the partition key: a decimal number below 2^128.
    pub explicit_hash_key: Option<String>,
    /// Required: 1 to 256 characters.
    pub partition_key: Option<String>,
}

impl PutRecordsRequestEntry {
    /// A record whose partition key decides its shard.
    pub fn new(partition_key: impl Into<String>, data: impl Into<Bytes>) -> Self {
        Self { data: Some(data.into()), explicit_hash_key: None, partition_key: Some(partition_key.into()) }
    }
}

/// What `PutRecords` answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct PutRecordsResponse {
    /// How many of the records have an error code.
    pub failed_record_count: usize,
    /// One result per record, in the order of the request.
    pub records: Vec<PutRecordsResultEntry>,
    /// `KMS` where the stream is encrypted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encryption_type: Option<&'static str>,
}

/// What became of one record: a sequence number and a shard, or an error.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct PutRecordsResultEntry {
    /// The record's place in its shard.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sequence_number: Option<SequenceNumber>,
    /// Its shard.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shard_id: Option<ShardId>,
    /// Why it was not taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_code: Option<String>,
    /// The same as a sentence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_message: Option<String>,
}

impl From<Place> for PutRecordsResultEntry {
    fn from(place: Place) -> Self {
        let none = Self { sequence_number: None, shard_id: None, error_code: None, error_message: None };
        match place {
            Place::Taken(shard_id, sequence_number) => {
                Self { sequence_number: Some(sequence_number), shard_id: Some(shard_id), ..none }
            }
            Place::Throttled(error) => {
                let code = error.code.name().to_owned();
                Self { error_code: Some(code), error_message: Some(error.message), ..none }
            }
        }
    }
}

/// What becomes of a record.
pub(super) enum Place {
    Taken(ShardId, SequenceNumber),
    /// Its shard has had enough for now.
    Throttled(ApiError),
}

/// Gives records their places in the shards of a stream, and stores them shard by shard.
pub(super) struct Appender<'a> {
    stream: &'a StreamRow,
    /// Those that take records, by hash key range, ascending.
    shards: Vec<ShardRow>,
    arrival: Timestamp,
    /// How many records have been spread, whatever their keys.
    spread: u64,
    /// By index into `shards`.
    blocks: BTreeMap<usize, BlockBuilder>,
}

impl<'a> Appender<'a> {
    pub fn new(ctx: &Context<'_>, stream: &'a StreamRow) -> Result<Self, ApiError> {
        let mut shards = ctx.store.list_open_shards(stream.id)?;
        shards.sort_by_key(|shard| shard.hash_keys.start);
        let spread = shards.iter().map(|shard| shard.counter_next).sum();
        Ok(Self { stream, shards, arrival: ctx.now, spread, blocks: BTreeMap::new() })
    }

    pub fn append(
        &mut self,
        ctx: &mut Context<'_>,
        entry: PutRecordsRequestEntry,
    ) -> Result<Place, ApiError> {
        let index = self.shard_index(&entry)?;
        let shard = &self.shards[index];
        let throttled = ctx.settings.limits == Limits::Aws
            && !ctx.volatile.throttle.write(self.stream.id, shard.id, record_bytes(&entry), ctx.now);
        if throttled {
            let error = errors::throttled(shard.id, &self.stream.name, &ctx.identity.account);
            return Ok(Place::Throttled(error));
        }
        let block = self.blocks.entry(index).or_default();
        let counter = shard.counter_next + block.records();
        block.push(entry.partition_key.as_deref().unwrap_or_default(), &required(entry.data));
        Ok(Place::Taken(shard.id, SequenceNumber::new(shard.id, shard.created, counter, self.arrival)))
    }

    /// Index into `shards` of the one that takes a record.
    fn shard_index(&mut self, entry: &PutRecordsRequestEntry) -> Result<usize, ApiError> {
        if self.stream.spreads_records() {
            self.spread += 1;
            return Ok((self.spread % self.shards.len() as u64) as usize);
        }
        let hash_key = match (&entry.explicit_hash_key, &entry.partition_key) {
            (Some(key), _) => HashKey::parse(key).ok_or_else(|| errors::invalid_explicit_hash_key(key))?,
            (None, key) => HashKey::of_partition_key(key.as_deref().unwrap_or_default()),
        };
        Ok(owner(&self.shards, hash_key))
    }

    /// Writes what was appended, and drops what has become older than the stream keeps.
    pub fn store(self, ctx: &mut Context<'_>) -> Result<(), ApiError> {
        let stream = self.stream;
        for (index, block) in self.blocks {
            let shard = &self.shards[index];
            let block = LogBlock {
                counter_first: shard.counter_next,
                counter_last: shard.counter_next + block.records() - 1,
                arrival: self.arrival,
                records: block.finish(),
            };
            let horizon = stream.trim_horizon(ctx.now);
            ctx.store.trim_shard(stream.id, shard.id, horizon)?;
            ctx.store.append_block(stream.id, shard.id, block)?;
        }
        Ok(())
    }
}

/// Index of the shard that owns a hash key, among shards in the order of their ranges.
fn owner(shards: &[ShardRow], hash_key: HashKey) -> usize {
    let index = shards.partition_point(|shard| shard.hash_keys.end < hash_key);
    let range = shards[index].hash_keys;
    assert!(range.start <= hash_key, "the hash keys of open shards tile [0, 2^128)");
    index
}

/// Refuses records that are too great, alone or together. Keys count.
fn check_sizes(entries: &[PutRecordsRequestEntry], stream: &StreamRow) -> Result<(), ApiError> {
    let bytes_max = stream.record_bytes_max();
    let sizes = entries.iter().map(record_bytes);
    if sizes.clone().sum::<usize>() > PUT_RECORDS_BYTES_MAX {
        return Err(errors::records_too_large());
    }
    match sizes.clone().position(|size| size > bytes_max) {
        Some(index) => {
            let member = format!("records.{}.member.data", index + 1);
            Err(errors::record_too_large(&member, bytes_max))
        }
        None => Ok(()),
    }
}

pub(super) fn record_bytes(entry: &PutRecordsRequestEntry) -> usize {
    let data = entry.data.as_ref().map_or(0, Bytes::len);
    data + entry.partition_key.as_ref().map_or(0, String::len)
}

/// Whether a text is `0`, or up to `digits` decimal digits that do not start with 0.
pub(super) fn is_decimal(text: &str, digits: usize) -> bool {
    let canonical = text == "0" || !text.starts_with('0');
    let length = (1..=digits).contains(&text.len());
    canonical && length && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorCode;
    use crate::kinesis::{CreateStream, CreateStreamRequest, RECORD_BYTES_MAX};
    use crate::{Emulator, Identity, Storage};

    const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);

    fn emulator(shards: i32) -> Emulator {
        let emulator = Emulator::open(Storage::Memory, Identity::default()).unwrap();
        let request = CreateStreamRequest::new("orders", shards);
        emulator.call::<CreateStream>(NOW, request).unwrap();
        emulator
    }

    fn put(
        emulator: &Emulator,
        now: Timestamp,
        entries: Vec<PutRecordsRequestEntry>,
    ) -> Result<Vec<(u32, SequenceNumber)>, ApiError> {
        let request = PutRecordsRequest::new("orders", entries);
        let response = emulator.call::<PutRecords>(now, request)?;
        let place = |entry: PutRecordsResultEntry| {
            let shard = entry.shard_id.unwrap();
            assert_eq!(entry.sequence_number.unwrap().shard(), shard);
            (shard.index(), entry.sequence_number.unwrap())
        };
        Ok(response.records.into_iter().map(place).collect())
    }

    fn explicit(hash_key: &str) -> PutRecordsRequestEntry {
        PutRecordsRequestEntry {
            explicit_hash_key: Some(hash_key.to_owned()),
            ..PutRecordsRequestEntry::new("a", "")
        }
    }

    #[test]
    fn records_go_to_the_shard_that_owns_their_hash_key() {
        // The case of kinesalite's test "should work with mixed values".
        let mut entries: Vec<_> = ["a", "b", "e", "f"].map(|key| PutRecordsRequestEntry::new(key, "")).into();
        entries.push(explicit("340282366920938463463374607431768211455"));
        entries.push(explicit("226854911280625642308916404954512140969"));
        entries.push(explicit("226854911280625642308916404954512140970"));
        let places = put(&emulator(3), NOW, entries).unwrap();
        let shards: Vec<_> = places.iter().map(|(shard, _)| *shard).collect();
        assert_eq!(shards, [0, 1, 2, 1, 2, 1, 2]);
        let counters: Vec<_> = places.iter().map(|(_, number)| number.counter()).collect();
        assert_eq!(counters, [1, 1, 1, 2, 2, 3, 3]);
    }

    #[test]
    fn sequence_numbers_rise_across_calls_even_when_time_goes_back() {
        let emulator = emulator(1);
        let mut last = None;
        for now in [NOW, NOW, NOW.plus_millis(5000), NOW.plus_millis(-5000)] {
            let entries = vec![PutRecordsRequestEntry::new("k", ""); 3];
            for (_, number) in put(&emulator, now, entries).unwrap() {
                assert!(Some(number) > last);
                last = Some(number);
            }
        }
    }

    #[test]
    fn hash_key_out_of_range_refuses_the_whole_call() {
        let emulator = emulator(1);
        let too_great = "340282366920938463463374607431768211456";
        let entries = vec![PutRecordsRequestEntry::new("a", ""), explicit(too_great)];
        let error = put(&emulator, NOW, entries).unwrap_err();
        assert_eq!(error.code, ErrorCode::InvalidArgumentException);
        assert_eq!(
            error.message,
            format!(
                "Invalid ExplicitHashKey. ExplicitHashKey must be in the range: [0, 2^128-1]. \
                 Specified value was {too_great}"
            )
        );
        let after = put(&emulator, NOW, vec![PutRecordsRequestEntry::new("a", "")]).unwrap();
        assert_eq!(after[0].1.counter(), 1);
    }

    #[test]
    fn limits_are_on_count_on_each_record_and_on_all_together() {
        let emulator = emulator(1);
        let of = |key: &str, bytes: usize| PutRecordsRequestEntry::new(key, vec![0; bytes]);
        assert!(put(&emulator, NOW, vec![of("k", 0); 500]).is_ok());
        let error = put(&emulator, NOW, vec![of("k", 0); 501]).unwrap_err();
        let end = "at 'records' failed to satisfy constraint: \
                   Member must have length less than or equal to 500";
        assert!(error.message.ends_with(end));

        assert!(put(&emulator, NOW, vec![of("k", RECORD_BYTES_MAX - 1)]).is_ok());
        let error = put(&emulator, NOW, vec![of("k", 0), of("k", RECORD_BYTES_MAX)]).unwrap_err();
        assert_eq!(
            error.message,
            "1 validation error detected: Value at 'records.2.member.data' failed to satisfy \
             constraint: Member must have length less than or equal to 1048576"
        );
        let error = put(&emulator, NOW, vec![of("k", RECORD_BYTES_MAX + 1)]).unwrap_err();
        assert_eq!(
            error.message,
            "1 validation error detected: Value at 'records.1.member.data' failed to satisfy \
             constraint: Member must have length less than or equal to 1048576"
        );

        let tenth = vec![of("k", RECORD_BYTES_MAX - 1); 10];
        assert!(put(&emulator, NOW, tenth.clone()).is_ok());
        let error = put(&emulator, NOW, [tenth, vec![of("k", 0)]].concat()).unwrap_err();
        assert_eq!(error.code, ErrorCode::InvalidArgumentException);
        assert_eq!(error.message, "Records size exceeds 10 MB limit");
    }

    #[test]
    fn validation_is_worded_as_aws_words_it() {
        let mut entry = PutRecordsRequestEntry::new("", "");
        entry.explicit_hash_key = Some(String::new());
        let request = PutRecordsRequest::new("", vec![entry]);
        let error = emulator(1).call::<PutRecords>(NOW, request).unwrap_err();
        // The case of kinesalite's test "should return ValidationException for empty PartitionKey".
        let expected = "4 validation errors detected: \
            Value '' at 'records.1.member.partitionKey' failed to satisfy constraint: \
            Member must have length greater than or equal to 1; \
            Value '' at 'records.1.member.explicitHashKey' failed to satisfy constraint: \
            Member must satisfy regular expression pattern: 0|([1-9]\\d{0,38}); \
            Value '' at 'streamName' failed to satisfy constraint: \
            Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+; \
            Value '' at 'streamName' failed to satisfy constraint: \
            Member must have length greater than or equal to 1";
        assert_eq!(error.message, expected);
    }

    #[test]
    fn stream_that_is_not_there_is_not_found() {
        let entries = vec![PutRecordsRequestEntry::new("k", "")];
        let request = PutRecordsRequest::new("nowhere", entries);
        let error = emulator(1).call::<PutRecords>(NOW, request).unwrap_err();
        assert_eq!(error.code, ErrorCode::ResourceNotFoundException);
        assert_eq!(error.message, "Stream nowhere under account 123456789012 not found.");
    }

    #[test]
    fn decimals_have_no_leading_zeros_and_no_signs() {
        let longest = "9".repeat(39);
        for text in ["0", "7", "10", &longest] {
            assert!(is_decimal(text, 39), "{text}");
        }
        let too_long = "9".repeat(40);
        for text in ["", "00", "01", "-1", "+1", "1 ", &too_long] {
            assert!(!is_decimal(text, 39), "{text}");
        }
    }
}
