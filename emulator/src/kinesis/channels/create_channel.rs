//! `CreateChannel`: a channel from the end of a stream to a bucket, `ACTIVE` at once.
//! Source: botocore's model of Kinesis (1.44.5),
//! <https://docs.aws.amazon.com/kinesis/latest/APIReference/API_CreateChannel.html>

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::delivery::LOOK_MS;
use super::settings::{
    ChannelEncryptionConfiguration, ChannelLoggingConfiguration, DEAD_LETTERS,
    DeadLetterQueueS3Configuration, ENCRYPTION, LOGGING, RECORD, ROLE_ARN, RecordConfiguration,
    S3StorageConfiguration, STORAGE, Settings,
};
use super::{ChannelDescription, channel as named, errors, key_template};
use crate::error::ApiError;
use crate::kinesis::{on_demand, stream, tags};
use crate::operation::{Context, Operation};
use crate::store::ChannelRow;
use crate::validation::Constraint::*;
use crate::validation::{Rule, field, inside, list, map, required, structure, text};

const FRESHNESS_SECS_DEFAULT: i32 = 300;
const FRESHNESS_SECS_MIN: i32 = 300;
const FRESHNESS_SECS_MAX: i32 = 900;
pub(super) const ACTIVE: &str = "ACTIVE";
/// What is printed for a stream's configuration inside a message.
const STREAM_SHOWN: &str = "ChannelStreamConfiguration";

/// See the module.
pub struct CreateChannel;

impl Operation for CreateChannel {
    const NAME: &'static str = "Kinesis_20131202.CreateChannel";
    const RULES: &'static [Rule<CreateChannelRequest>] = &[
        field("channelName", |r| text(&r.channel_name), stream::REQUIRED_NAME),
        field(
            "serviceExecutionRoleARN",
            |r| text(&r.service_execution_role_arn),
            &[Required, Pattern(&ROLE_ARN), Length(1, 512)],
        ),
        field(
            "streamConfigurationList",
            |r| list(&r.stream_configuration_list, STREAM_SHOWN),
            &[Required, Length(1, 10_000)],
        ),
        inside(|r, found| found.each("streamConfigurationList", &r.stream_configuration_list, STREAM)),
        inside(|r, found| found.within("s3DestinationConfiguration", &r.s3_destination_configuration, S3)),
        inside(|r, found| found.within("encryptionConfiguration", &r.encryption_configuration, ENCRYPTION)),
        field("tags", |r| map(&r.tags), tags::TAGS),
        inside(|r, found| found.within("loggingConfiguration", &r.logging_configuration, LOGGING)),
    ];
    type Request = CreateChannelRequest;
    type Response = CreateChannelResponse;

    fn call(ctx: &mut Context<'_>, request: CreateChannelRequest) -> Result<CreateChannelResponse, ApiError> {
        let destination =
            destination(request.s3_destination_configuration, &request.s3_tables_destination_configuration)?;
        let source = source(required(request.stream_configuration_list))?;
        let freshness =
            check_freshness(destination.data_freshness_in_seconds.unwrap_or(FRESHNESS_SECS_DEFAULT))?;
        let storage = storage(destination.storage_configuration)?;
        let name = required(request.channel_name);
        if ctx.store.channel_name_exists(&name)? {
            return Err(errors::channel_exists(&name, &ctx.identity.account));
        }
        let stream = stream::find(ctx, None, source.stream_arn.as_deref())?;
        on_demand::check(ctx, &stream)?;
        let tags = request.tags.unwrap_or_default();
        tags::check_new(&tags, &name, ctx)?;
        let id = named::id(&ctx.ids.next_hex());
        let settings = Settings {
            role_arn: required(request.service_execution_role_arn),
            record: required(source.record_configuration),
            dead_letters: dead_letters(destination.dead_letter_queue_s3_configuration, &storage, &name, &id),
            storage,
            encryption: request.encryption_configuration,
            logging: ChannelLoggingConfiguration::of_channel(request.logging_configuration, &name, &id),
        };
        let channel = ChannelRow {
            id,
            name,
            created: ctx.now,
            status: ACTIVE.to_owned(),
            status_reason: None,
            stream: stream.id,
            stream_name: stream.name,
            stream_created: stream.created,
            freshness_secs: freshness.into(),
            settings: settings.to_text()?,
        };
        ctx.store.insert_channel(&channel)?;
        tags::add(ctx, &named::arn(ctx.identity, &channel.id), &tags)?;
        ctx.wake_at(ctx.now.plus_millis(LOOK_MS));
        for shard in ctx.store.list_shards(stream.id)? {
            ctx.store.set_channel_position(&channel.id, shard.id, shard.counter_next)?;
        }
        Ok(CreateChannelResponse { channel_description: ChannelDescription::new(ctx.identity, channel)? })
    }
}

const STREAM: &[Rule<ChannelStreamConfiguration>] = &[
    field("streamARN", |c| text(&c.stream_arn), stream::REQUIRED_ARN),
    field("recordConfiguration", |c| structure(&c.record_configuration), &[Required]),
    inside(|c, found| found.within("recordConfiguration", &c.record_configuration, RECORD)),
];

const S3: &[Rule<S3DestinationConfiguration>] = &[
    inside(|c, found| {
        found.within("deadLetterQueueS3Configuration", &c.dead_letter_queue_s3_configuration, DEAD_LETTERS)
    }),
    field("storageConfiguration", |c| structure(&c.storage_configuration), &[Required]),
    inside(|c, found| found.within("storageConfiguration", &c.storage_configuration, STORAGE)),
];

/// What `CreateChannel` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct CreateChannelRequest {
    /// Required; no two channels of an account have the same.
    pub channel_name: Option<String>,
    /// Required: the role that writes; only answered again.
    #[serde(rename = "ServiceExecutionRoleARN")]
    pub service_execution_role_arn: Option<String>,
    /// Required: one stream.
    pub stream_configuration_list: Option<Vec<ChannelStreamConfiguration>>,
    /// The bucket to deliver to.
    pub s3_destination_configuration: Option<S3DestinationConfiguration>,
    /// Refused.
    pub s3_tables_destination_configuration: Option<S3TablesDestinationConfiguration>,
    /// Only answered again.
    pub encryption_configuration: Option<ChannelEncryptionConfiguration>,
    /// Keys and values.
    pub tags: Option<BTreeMap<String, String>>,
    /// Only answered again.
    pub logging_configuration: Option<ChannelLoggingConfiguration>,
}

/// A stream to deliver.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ChannelStreamConfiguration {
    /// Required.
    #[serde(rename = "StreamARN")]
    pub stream_arn: Option<String>,
    /// Required.
    pub record_configuration: Option<RecordConfiguration>,
}

/// A bucket to deliver to.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct S3DestinationConfiguration {
    /// How old a record may get before it is delivered: 300 to 900; 300 when absent.
    #[serde(deserialize_with = "crate::codec::integer")]
    pub data_freshness_in_seconds: Option<i32>,
    /// The destination's bucket when absent.
    pub dead_letter_queue_s3_configuration: Option<DeadLetterQueueS3Configuration>,
    /// Required.
    pub storage_configuration: Option<S3StorageConfiguration>,
}

/// A table to deliver to: nothing is read of it, because it is refused.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct S3TablesDestinationConfiguration {}

/// What `CreateChannel` answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct CreateChannelResponse {
    /// The new channel.
    pub channel_description: ChannelDescription,
}

fn destination(
    bucket: Option<S3DestinationConfiguration>,
    tables: &Option<S3TablesDestinationConfiguration>,
) -> Result<S3DestinationConfiguration, ApiError> {
    match (bucket, tables) {
        (Some(bucket), None) => Ok(bucket),
        (None, Some(_)) => Err(errors::s3_tables()),
        (None, None) | (Some(_), Some(_)) => Err(errors::not_one_destination()),
    }
}

/// The one stream of a channel.
fn source(mut streams: Vec<ChannelStreamConfiguration>) -> Result<ChannelStreamConfiguration, ApiError> {
    let found = streams.len();
    let Some(stream) = streams.pop().filter(|_| found == 1) else {
        return Err(errors::streams_not_one(found));
    };
    let format = stream.record_configuration.as_ref().and_then(|record| record.record_format_type.as_deref());
    if format == Some("GSR_JSON") {
        return Err(errors::gsr_json());
    }
    Ok(stream)
}

/// Refuses an interval that AWS has not.
pub(super) fn check_freshness(secs: i32) -> Result<i32, ApiError> {
    match secs {
        FRESHNESS_SECS_MIN..=FRESHNESS_SECS_MAX => Ok(secs),
        _ => Err(errors::freshness(secs, FRESHNESS_SECS_MIN, FRESHNESS_SECS_MAX)),
    }
}

/// Where objects go, with the defaults filled in.
fn storage(requested: Option<S3StorageConfiguration>) -> Result<S3StorageConfiguration, ApiError> {
    let mut storage = required(requested);
    match storage.compression_type.as_deref() {
        Some("NONE") | None => (),
        Some(kind) => return Err(errors::compression(kind)),
    }
    let template = storage.output_key_template.get_or_insert_with(|| key_template::DEFAULT.to_owned());
    key_template::check(template)?;
    storage.storage_class.get_or_insert_with(|| "STANDARD".to_owned());
    Ok(storage)
}

/// Where dead letters go: where the request says, else to the destination, under the prefix that examples of AWS have.
fn dead_letters(
    requested: Option<DeadLetterQueueS3Configuration>,
    storage: &S3StorageConfiguration,
    name: &str,
    id: &str,
) -> DeadLetterQueueS3Configuration {
    let mut dead_letters = requested.unwrap_or_else(|| DeadLetterQueueS3Configuration {
        bucket_arn: storage.bucket_arn.clone(),
        expected_bucket_owner: storage.expected_bucket_owner.clone(),
        error_output_prefix: None,
    });
    dead_letters.error_output_prefix.get_or_insert_with(|| format!("kinesis-channel/errors/{name}/{id}/"));
    dead_letters
}
