//! What a channel is told when it is created: the structures of requests, answered again in descriptions.

use serde::{Deserialize, Serialize};

use crate::error::ApiError;
use crate::kinesis::resource_arn::is_account;
use crate::store::{ChannelRow, StoreError};
use crate::validation::Constraint::*;
use crate::validation::{Rule, TextPattern, field, inside, structure, text};

/// What of a channel is only ever answered again, as it is stored.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Settings {
    pub role_arn: String,
    pub record: RecordConfiguration,
    pub storage: S3StorageConfiguration,
    pub dead_letters: DeadLetterQueueS3Configuration,
    pub encryption: Option<ChannelEncryptionConfiguration>,
    pub logging: ChannelLoggingConfiguration,
}

impl Settings {
    pub fn of(channel: &ChannelRow) -> Result<Self, ApiError> {
        Ok(serde_json::from_str(&channel.settings).map_err(StoreError::from)?)
    }

    pub fn to_text(&self) -> Result<String, ApiError> {
        Ok(serde_json::to_string(self).map_err(StoreError::from)?)
    }
}

/// What form the records of a stream have.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct RecordConfiguration {
    /// Required: `JSON`, `STRING` or `BYTE_ARRAY`; `GSR_JSON` is for tables only.
    pub record_format_type: Option<String>,
    /// The schema to check records against; only answered again.
    #[serde(rename = "GSRSchemaARN", skip_serializing_if = "Option::is_none")]
    pub gsr_schema_arn: Option<String>,
}

pub(super) const RECORD: &[Rule<RecordConfiguration>] = &[
    field("recordFormatType", |c| text(&c.record_format_type), &[Required, OneOf(FORMATS)]),
    field("gSRSchemaARN", |c| text(&c.gsr_schema_arn), &[Pattern(&SCHEMA_ARN), Length(1, 512)]),
];

const FORMATS: &[&str] = &["GSR_JSON", "JSON", "STRING", "BYTE_ARRAY"];

/// The bucket for records that cannot be delivered.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct DeadLetterQueueS3Configuration {
    /// Required.
    #[serde(rename = "BucketARN")]
    pub bucket_arn: Option<String>,
    /// Required: the account that must own the bucket.
    pub expected_bucket_owner: Option<String>,
    /// Begins the keys; `kinesis-channel/errors/{channelName}/{channelId}/` when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_output_prefix: Option<String>,
}

pub(super) const DEAD_LETTERS: &[Rule<DeadLetterQueueS3Configuration>] = &[
    field("bucketARN", |c| text(&c.bucket_arn), &[Required, Pattern(&BUCKET_ARN), Length(1, 2048)]),
    field(
        "expectedBucketOwner",
        |c| text(&c.expected_bucket_owner),
        &[Required, Pattern(&ACCOUNT), Length(12, 12)],
    ),
    field("errorOutputPrefix", |c| text(&c.error_output_prefix), &[Pattern(&ERROR_PREFIX), Length(1, 512)]),
];

/// Where and how objects are stored.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct S3StorageConfiguration {
    /// Required.
    #[serde(rename = "BucketARN")]
    pub bucket_arn: Option<String>,
    /// Required: the account that must own the bucket.
    pub expected_bucket_owner: Option<String>,
    /// How keys are made. Descriptions always have it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output_key_template: Option<String>,
    /// `STANDARD` when absent; only answered again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub storage_class: Option<String>,
    /// Required: `NONE`; `GZIP` and `ZSTD` are refused.
    pub compression_type: Option<String>,
}

pub(super) const STORAGE: &[Rule<S3StorageConfiguration>] = &[
    field("bucketARN", |c| text(&c.bucket_arn), &[Required, Pattern(&BUCKET_ARN), Length(1, 2048)]),
    field(
        "expectedBucketOwner",
        |c| text(&c.expected_bucket_owner),
        &[Required, Pattern(&ACCOUNT), Length(12, 12)],
    ),
    field("outputKeyTemplate", |c| text(&c.output_key_template), &[Pattern(&KEY_TEMPLATE), Length(1, 1024)]),
    field(
        "storageClass",
        |c| text(&c.storage_class),
        &[OneOf(&["STANDARD", "INTELLIGENT_TIERING", "GLACIER_IR"])],
    ),
    field("compressionType", |c| text(&c.compression_type), &[Required, OneOf(&["NONE", "GZIP", "ZSTD"])]),
];

/// The key that encrypts what is delivered; only answered again.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ChannelEncryptionConfiguration {
    /// Required: `KMS`.
    pub encryption_type: Option<String>,
    /// Required.
    pub key_id: Option<String>,
}

pub(super) const ENCRYPTION: &[Rule<ChannelEncryptionConfiguration>] = &[
    field("encryptionType", |c| text(&c.encryption_type), &[Required, OneOf(&["KMS"])]),
    field("keyId", |c| text(&c.key_id), &[Required, Length(1, 2048)]),
];

/// Where a channel logs; only answered again.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ChannelLoggingConfiguration {
    /// Required.
    pub cloud_watch_logs: Option<CloudWatchLogs>,
}

/// A stream of logs.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct CloudWatchLogs {
    /// Required.
    pub enabled: Option<bool>,
    /// `/aws/kinesis/{channelName}/{channelId}` when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log_group_name: Option<String>,
    /// `DestinationDelivery` when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log_stream_name: Option<String>,
}

pub(super) const LOGGING: &[Rule<ChannelLoggingConfiguration>] = &[
    field("cloudWatchLogs", |c| structure(&c.cloud_watch_logs), &[Required]),
    inside(|c, found| found.within("cloudWatchLogs", &c.cloud_watch_logs, LOGS)),
];

const LOGS: &[Rule<CloudWatchLogs>] = &[
    field("enabled", |c| structure(&c.enabled), &[Required]),
    field("logGroupName", |c| text(&c.log_group_name), &[Pattern(&LOG_GROUP), Length(1, 512)]),
    field("logStreamName", |c| text(&c.log_stream_name), &[Pattern(&LOG_STREAM), Length(1, 512)]),
];

impl ChannelLoggingConfiguration {
    /// What a channel logs to, given what a request says; without a word, to nothing.
    pub(super) fn of_channel(requested: Option<Self>, name: &str, id: &str) -> Self {
        let logs = requested.and_then(|requested| requested.cloud_watch_logs).unwrap_or_default();
        let enabled = logs.enabled.unwrap_or(false);
        let filled = |name: Option<String>, default: String| name.or(enabled.then_some(default));
        let cloud_watch_logs = CloudWatchLogs {
            enabled: Some(enabled),
            log_group_name: filled(logs.log_group_name, format!("/aws/kinesis/{name}/{id}")),
            log_stream_name: filled(logs.log_stream_name, "DestinationDelivery".to_owned()),
        };
        Self { cloud_watch_logs: Some(cloud_watch_logs) }
    }
}

/// The bucket in an ARN that satisfies the pattern.
pub(super) fn bucket_name(arn: Option<&str>) -> &str {
    arn.and_then(|arn| arn.rsplit(':').next()).unwrap_or_default()
}

const BUCKET_ARN: TextPattern = TextPattern {
    regex: "arn:aws[-a-z0-9]*:s3:::[a-z0-9._-]{3,63}",
    matches: |text| match text.split_once(":s3:::") {
        Some((head, name)) => {
            is_partition(head)
                && (3..=63).contains(&name.len())
                && all(name, |b| is_lower(b) || b"._-".contains(&b))
        }
        None => false,
    },
};

const ACCOUNT: TextPattern = TextPattern { regex: r"\d{12}", matches: is_account };

const ERROR_PREFIX: TextPattern = TextPattern {
    regex: r"[0-9A-Za-z!\-_'.*()\/]+",
    matches: |text| all(text, |b| b.is_ascii_alphanumeric() || b"!-_'.*()/".contains(&b)),
};

const KEY_TEMPLATE: TextPattern = TextPattern {
    regex: r"[0-9A-Za-z!\-_'.*()\/=:{}]+",
    matches: |text| all(text, |b| b.is_ascii_alphanumeric() || b"!-_'.*()/=:{}".contains(&b)),
};

const SCHEMA_ARN: TextPattern = TextPattern {
    regex: r"arn:aws[-a-z0-9]*:glue:[-a-z0-9]+:\d{12}:schema/[-a-zA-Z0-9_$#.]+/[-a-zA-Z0-9_$#.]+",
    matches: is_schema_arn,
};

pub(super) const ROLE_ARN: TextPattern =
    TextPattern { regex: r"arn:aws[-a-z0-9]*:iam::\d{12}:role/[a-zA-Z_0-9+=,.@\-_/]+", matches: is_role_arn };

const LOG_GROUP: TextPattern = TextPattern {
    regex: r"[\.\-_/#A-Za-z0-9]+",
    matches: |text| all(text, |b| b.is_ascii_alphanumeric() || b".-_/#".contains(&b)),
};

const LOG_STREAM: TextPattern = TextPattern { regex: "[^:*]*", matches: |text| !text.contains([':', '*']) };

fn is_schema_arn(text: &str) -> bool {
    let name = |text: &str| all(text, |b| b.is_ascii_alphanumeric() || b"-_$#.".contains(&b));
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    let [scheme, partition, "glue", region, account, resource] = parts[..] else { return false };
    let names = resource.strip_prefix("schema/").and_then(|names| names.split_once('/'));
    is_partition(&format!("{scheme}:{partition}"))
        && all(region, |b| is_lower(b) || b == b'-')
        && is_account(account)
        && names.is_some_and(|(registry, schema)| name(registry) && name(schema))
}

fn is_role_arn(text: &str) -> bool {
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    let [scheme, partition, "iam", "", account, resource] = parts[..] else { return false };
    let role = resource.strip_prefix("role/");
    is_partition(&format!("{scheme}:{partition}"))
        && is_account(account)
        && role.is_some_and(|role| all(role, |b| b.is_ascii_alphanumeric() || b"_+=,.@-/".contains(&b)))
}

/// Whether a text is `arn:aws[-a-z0-9]*`.
fn is_partition(text: &str) -> bool {
    text.strip_prefix("arn:aws").is_some_and(|rest| rest.bytes().all(|b| is_lower(b) || b == b'-'))
}

/// Whether a text has bytes, all of a kind.
fn all(text: &str, of_kind: impl Fn(u8) -> bool) -> bool {
    !text.is_empty() && text.bytes().all(of_kind)
}

fn is_lower(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_those_of_the_model() {
        let accepted = [
            (&BUCKET_ARN, "arn:aws:s3:::lake"),
            (&BUCKET_ARN, "arn:aws-cn:s3:::my.lake_1-a"),
            (&ROLE_ARN, "arn:aws:iam::123456789012:role/path/to+role@x"),
            (&SCHEMA_ARN, "arn:aws:glue:us-east-1:123456789012:schema/registry/a$b#c.d"),
            (&KEY_TEMPLATE, "a=!{yyyy}/b:(*)'!-_."),
            (&LOG_STREAM, ""),
        ];
        for (pattern, text) in accepted {
            assert!((pattern.matches)(text), "{text} against {}", pattern.regex);
        }
        let refused = [
            (&BUCKET_ARN, "arn:aws:s3:::la"),
            (&BUCKET_ARN, "arn:aws:s3:us-east-1::lake"),
            (&BUCKET_ARN, "lake"),
            (&ROLE_ARN, "arn:aws:iam::1:role/a"),
            (&ROLE_ARN, "arn:aws:iam::123456789012:role/"),
            (&ROLE_ARN, "arn:aws:iam::123456789012:user/a"),
            (&SCHEMA_ARN, "arn:aws:glue:us-east-1:123456789012:schema/registry"),
            (&KEY_TEMPLATE, "a b"),
            (&ERROR_PREFIX, "{}"),
            (&LOG_STREAM, "a:b"),
            (&LOG_GROUP, ""),
        ];
        for (pattern, text) in refused {
            assert!(!(pattern.matches)(text), "{text} against {}", pattern.regex);
        }
    }

    #[test]
    fn logs_have_names_where_they_are_kept() {
        let logs = |enabled| {
            let logs = CloudWatchLogs { enabled: Some(enabled), ..CloudWatchLogs::default() };
            let requested = ChannelLoggingConfiguration { cloud_watch_logs: Some(logs) };
            ChannelLoggingConfiguration::of_channel(Some(requested), "lake", "7").cloud_watch_logs.unwrap()
        };
        assert_eq!(logs(true).log_group_name.unwrap(), "/aws/kinesis/lake/7");
        assert_eq!(logs(true).log_stream_name.unwrap(), "DestinationDelivery");
        assert_eq!(logs(false).log_group_name, None);
    }
}
