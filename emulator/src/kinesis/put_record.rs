//! `PutRecord`: append one record to the shard that owns its hash key.
//! Source: <https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecord.html>

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::put_records::{
    Appender, DATA, EXPLICIT_HASH_KEY, PARTITION_KEY, PutRecordsRequestEntry, is_decimal, record_bytes,
};
use super::{RECORD_BYTES_MAX, SequenceNumber, ShardId, errors, stream};
use crate::base64::optional_blob;
use crate::error::ApiError;
use crate::operation::{Context, Operation};
use crate::validation::Constraint::{self, *};
use crate::validation::{Rule, TextPattern, blob, field, text};

/// See the module.
pub struct PutRecord;

impl Operation for PutRecord {
    const NAME: &'static str = "Kinesis_20131202.PutRecord";
    const RULES: &'static [Rule<PutRecordRequest>] = &[
        field("sequenceNumberForOrdering", |r| text(&r.sequence_number_for_ordering), SEQUENCE_NUMBER),
        field("partitionKey", |r| text(&r.partition_key), PARTITION_KEY),
        field("explicitHashKey", |r| text(&r.explicit_hash_key), EXPLICIT_HASH_KEY),
        field("data", |r| blob(&r.data), DATA),
        field("streamName", |r| text(&r.stream_name), stream::NAME),
        field("streamARN", |r| text(&r.stream_arn), stream::ARN),
    ];
    type Request = PutRecordRequest;
    type Response = PutRecordResponse;

    fn call(ctx: &mut Context<'_>, request: PutRecordRequest) -> Result<PutRecordResponse, ApiError> {
        let (name, arn) = (request.stream_name.as_deref(), request.stream_arn.as_deref());
        let stream = stream::find(ctx, name, arn)?;
        if let Some(number) = &request.sequence_number_for_ordering {
            check_ordering(ctx, &stream.name, number)?;
        }
        let entry = PutRecordsRequestEntry {
            data: request.data,
            explicit_hash_key: request.explicit_hash_key,
            partition_key: request.partition_key,
        };
        if record_bytes(&entry) > RECORD_BYTES_MAX {
            return Err(errors::record_too_large("data"));
        }
        let mut appender = Appender::new(ctx, &stream)?;
        let (shard_id, sequence_number) = appender.append(entry)?;
        appender.store(ctx, &stream)?;
        Ok(PutRecordResponse { shard_id, sequence_number, encryption_type: "NONE" })
    }
}

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
}

/// What `PutRecord` answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct PutRecordResponse {
    /// The record's shard.
    pub shard_id: ShardId,
    /// The record's place in it.
    pub sequence_number: SequenceNumber,
    /// Always `NONE`.
    pub encryption_type: &'static str,
}

/// Every record comes after all that its shard has, so a number that was given out is satisfied;
/// one that was not is refused.
fn check_ordering(ctx: &Context<'_>, stream: &str, number: &str) -> Result<(), ApiError> {
    if number.parse::<SequenceNumber>().is_ok() {
        return Ok(());
    }
    Err(errors::invalid_argument(format!(
        "ExclusiveMinimumSequenceNumber {number} used in PutRecord on stream {stream} \
         under account {} is invalid.",
        ctx.identity.account
    )))
}
