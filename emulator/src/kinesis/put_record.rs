//! `PutRecord`: append one record to the shard that owns its hash key.
//! Source: <https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecord.html>

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::number_versions::Encoded;
use super::put_records::{
    Appender, DATA, EXPLICIT_HASH_KEY, PARTITION_KEY, Place, PutRecordsRequestEntry, SPREAD_PARTITION_KEY,
    is_decimal, record_bytes,
};
use super::{SequenceNumber, ShardId, errors, stream};
use crate::base64::optional_blob;
use crate::error::ApiError;
use crate::operation::{Context, Operation};
use crate::store::StreamRow;
use crate::validation::Constraint::{self, *};
use crate::validation::{Rule, TextPattern, blob, field, text, validate};

/// See the module.
pub struct PutRecord;

impl Operation for PutRecord {
    const NAME: &'static str = "Kinesis_20131202.PutRecord";
    // Which rules hold depends on the stream: see `call`.
    const RULES: &'static [Rule<PutRecordRequest>] = &[];
    type Request = PutRecordRequest;
    type Response = PutRecordResponse;

    fn call(ctx: &mut Context<'_>, request: PutRecordRequest) -> Result<PutRecordResponse, ApiError> {
        let (name, arn) = (request.stream_name.as_deref(), request.stream_arn.as_deref());
        let found = stream::find_writable(ctx, name, arn);
        let spread = found.as_ref().is_ok_and(StreamRow::spreads_records);
        validate(&request, if spread { SPREAD_RULES } else { RULES })?;
        let stream = found?;
        if let Some(number) = &request.sequence_number_for_ordering {
            check_ordering(ctx, &stream.name, number)?;
        }
        let entry = PutRecordsRequestEntry {
            data: request.data,
            explicit_hash_key: request.explicit_hash_key,
            partition_key: request.partition_key,
        };
        if record_bytes(&entry) > stream.record_bytes_max() {
            return Err(errors::record_too_large("data", stream.record_bytes_max()));
        }
        if request.dry_run == Some(true) {
            return Err(errors::dry_run());
        }
        let mut appender = Appender::new(ctx, &stream)?;
        let (shard_id, sequence_number) = match appender.append(ctx, entry)? {
            Place::Taken(shard_id, sequence_number) => (shard_id, sequence_number),
            Place::Throttled(error) => return Err(error),
        };
        appender.store(ctx)?;
        let encryption_type = stream.key_id.as_ref().map(|_| stream.encryption_type());
        Ok(PutRecordResponse { shard_id, sequence_number, encryption_type })
    }
}

const RULES: &[Rule<PutRecordRequest>] = &[
    field("sequenceNumberForOrdering", |r| text(&r.sequence_number_for_ordering), SEQUENCE_NUMBER),
    field("partitionKey", |r| text(&r.partition_key), PARTITION_KEY),
    field("explicitHashKey", |r| text(&r.explicit_hash_key), EXPLICIT_HASH_KEY),
    field("data", |r| blob(&r.data), DATA),
    field("streamName", |r| text(&r.stream_name), stream::NAME),
    field("streamARN", |r| text(&r.stream_arn), stream::ARN),
];

/// Where records are spread whatever their keys, they need none.
const SPREAD_RULES: &[Rule<PutRecordRequest>] = &[
    field("sequenceNumberForOrdering", |r| text(&r.sequence_number_for_ordering), SEQUENCE_NUMBER),
    field("partitionKey", |r| text(&r.partition_key), SPREAD_PARTITION_KEY),
    field("explicitHashKey", |r| text(&r.explicit_hash_key), EXPLICIT_HASH_KEY),
    field("data", |r| blob(&r.data), DATA),
    field("streamName", |r| text(&r.stream_name), stream::NAME),
    field("streamARN", |r| text(&r.stream_arn), stream::ARN),
];

/// On sequence numbers in requests.
pub(super) const SEQUENCE_NUMBER: &[Constraint] = &[Pattern(&DECIMAL_129)];

const DECIMAL_129: TextPattern =
    TextPattern { regex: r"0|([1-9]\d{0,128})", matches: |text| is_decimal(text, 129) };

/// What `PutRecord` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct PutRecordRequest {
    /// Required.
    #[serde(with = "optional_blob")]
    pub data: Option<Bytes>,
    /// Decides the shard instead of the partition key: a decimal number below 2^128.
    pub explicit_hash_key: Option<String>,
    /// Required: 1 to 256 characters.
    pub partition_key: Option<String>,
    /// A number that the record's own must be greater than; it always is.
    pub sequence_number_for_ordering: Option<String>,
    /// The stream, by name.
    pub stream_name: Option<String>,
    /// The stream, by ARN.
    #[serde(rename = "StreamARN")]
    pub stream_arn: Option<String>,
    /// Only asks whether it would work; the answer is an error then.
    pub dry_run: Option<bool>,
}

/// What `PutRecord` answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct PutRecordResponse {
    /// The record's shard.
    pub shard_id: ShardId,
    /// The record's place in it.
    pub sequence_number: SequenceNumber,
    /// `KMS` where the stream is encrypted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encryption_type: Option<&'static str>,
}

/// Every record comes after all that its shard has, so a number that was given out is satisfied;
/// one that was not is refused.
fn check_ordering(ctx: &Context<'_>, stream: &str, number: &str) -> Result<(), ApiError> {
    if Encoded::read(number).is_some_and(|encoded| !encoded.is_after(ctx.now)) {
        return Ok(());
    }
    Err(errors::invalid_argument(format!(
        "ExclusiveMinimumSequenceNumber {number} used in PutRecord on stream {stream} \
         under account {} is invalid.",
        ctx.identity.account
    )))
}
