//! Streams: how requests name them, and what all operations know of them.

use serde::{Deserialize, Serialize};

use super::resource_arn::{self, ResourceArn};
use super::{create_stream, errors};
use crate::emulator::Identity;
use crate::error::ApiError;
use crate::operation::Context;
use crate::store::{ShardRow, StreamRow, StreamStatus};
use crate::time::Timestamp;
use crate::validation::Constraint::{self, *};
use crate::validation::TextPattern;

const KIND: &str = "stream";

/// On names of streams and shards.
pub(super) const NAME: &[Constraint] = &[Pattern(&NAME_PATTERN), Length(1, 128)];
/// On names that a request cannot do without.
pub(super) const REQUIRED_NAME: &[Constraint] = &[Required, Pattern(&NAME_PATTERN), Length(1, 128)];
/// On ARNs of streams.
pub(super) const ARN: &[Constraint] = &[Pattern(&ARN_PATTERN), Length(1, 2048)];
/// On ARNs of streams that a request cannot do without.
pub(super) const REQUIRED_ARN: &[Constraint] = &[Required, Pattern(&ARN_PATTERN), Length(1, 2048)];

const NAME_PATTERN: TextPattern = TextPattern {
    regex: "[a-zA-Z0-9_.-]+",
    matches: |text| {
        let of_a_name = |byte: u8| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte);
        !text.is_empty() && text.bytes().all(of_a_name)
    },
};

const ARN_PATTERN: TextPattern = TextPattern {
    regex: r"arn:aws.*:kinesis:.*:\d{12}:stream/\S+",
    matches: |text| resource_arn::is_arn(text, KIND),
};

/// How capacity is provided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct StreamModeDetails {
    /// `PROVISIONED` or `ON_DEMAND`.
    pub stream_mode: Option<String>,
}

/// The ARN of a stream.
pub(crate) fn arn(identity: &Identity, name: &str) -> String {
    resource_arn::arn(identity, KIND, name)
}

/// The name of the stream that a request names, by name or by ARN or both.
pub(super) fn name(identity: &Identity, name: Option<&str>, arn: Option<&str>) -> Result<String, ApiError> {
    let Some(arn) = arn.and_then(|arn| ResourceArn::of_kind(arn, KIND)) else {
        let name =
            name.ok_or_else(|| errors::invalid_argument("Either StreamName or StreamARN must be provided."))?;
        return Ok(name.to_owned());
    };
    if name.is_some_and(|name| name != arn.name) {
        return Err(errors::invalid_argument("StreamName and StreamARN do not name the same stream."));
    }
    if arn.account != identity.account {
        return Err(errors::stream_not_found(arn.name, arn.account));
    }
    Ok(arn.name.to_owned())
}

/// The stream that a request names, by name or by ARN or both.
pub(super) fn find(ctx: &Context<'_>, name: Option<&str>, arn: Option<&str>) -> Result<StreamRow, ApiError> {
    let name = self::name(ctx.identity, name, arn)?;
    let stream = ctx.store.find_stream(&name)?;
    stream.ok_or_else(|| errors::stream_not_found(&name, &ctx.identity.account))
}

/// The stream that records are put into: it has shards, and is not about to go.
pub(super) fn find_writable(
    ctx: &Context<'_>,
    name: Option<&str>,
    arn: Option<&str>,
) -> Result<StreamRow, ApiError> {
    let stream = find(ctx, name, arn)?;
    match stream.status {
        StreamStatus::Active | StreamStatus::Updating => Ok(stream),
        StreamStatus::Creating | StreamStatus::Deleting => {
            Err(errors::stream_not_found(&stream.name, &ctx.identity.account))
        }
    }
}

impl StreamRow {
    /// `KMS` or `NONE`.
    pub(super) fn encryption_type(&self) -> &'static str {
        if self.key_id.is_some() { "KMS" } else { "NONE" }
    }

    /// Bytes of a record's data and partition key together, at most.
    pub(super) fn record_bytes_max(&self) -> usize {
        self.record_kib_max as usize * 1024
    }

    /// Whether records are spread whatever their keys.
    pub(super) fn spreads_records(&self) -> bool {
        self.distribution == create_stream::AUTO
    }

    /// Records that arrived before this time are gone at `now`.
    pub(crate) fn trim_horizon(&self, now: Timestamp) -> Timestamp {
        now.plus_millis(-self.retention_hours * 3_600_000)
    }

    /// Whether a shard is still there at `now`: open, or closed with records that may not be gone yet.
    pub(super) fn keeps(&self, shard: &ShardRow, now: Timestamp) -> bool {
        shard.closed.is_none_or(|closed| closed >= self.trim_horizon(now))
    }

    /// Whether AWS decides on the shards.
    pub(super) fn is_on_demand(&self) -> bool {
        self.mode == create_stream::ON_DEMAND
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorCode;

    const ARN: &str = "arn:aws:kinesis:us-east-1:123456789012:stream/orders";

    #[test]
    fn stream_is_named_by_name_or_arn_or_both() {
        let identity = Identity::default();
        for (by_name, by_arn) in [(Some("orders"), None), (None, Some(ARN)), (Some("orders"), Some(ARN))] {
            assert_eq!(name(&identity, by_name, by_arn).unwrap(), "orders");
        }
        assert_eq!(arn(&identity, "orders"), ARN);
        for (by_name, by_arn) in [(None, None), (Some("other"), Some(ARN))] {
            let error = name(&identity, by_name, by_arn).unwrap_err();
            assert_eq!(error.code, ErrorCode::InvalidArgumentException);
        }
    }

    #[test]
    fn stream_of_another_account_is_not_found() {
        let other = ARN.replace("123456789012", "999999999999");
        let error = name(&Identity::default(), None, Some(&other)).unwrap_err();
        assert_eq!(error.message, "Stream orders under account 999999999999 not found.");
    }

    #[test]
    fn arn_pattern_is_that_of_aws() {
        assert!((ARN_PATTERN.matches)(ARN));
        let cn = "arn:aws-cn:kinesis:cn-north-1:123456789012:stream/a";
        assert!((ARN_PATTERN.matches)(cn));
        for arn in [
            "",
            "orders",
            "arn:aws:kinesis:us-east-1:123456789012:stream/",
            "arn:aws:kinesis:us-east-1:12345:stream/a",
            "arn:aws:s3:us-east-1:123456789012:stream/a",
        ] {
            assert!(!(ARN_PATTERN.matches)(arn), "{arn}");
        }
    }
}
