//! `UpdateChannel`: how fresh data must be, and where the channel logs; both at once.
//! Source: botocore's model of Kinesis (1.44.5),
//! <https://docs.aws.amazon.com/kinesis/latest/APIReference/API_UpdateChannel.html>

use serde::{Deserialize, Serialize};

use super::create_channel::check_freshness;
use super::settings::{ChannelLoggingConfiguration, LOGGING, Settings};
use super::{ChannelDescription, S3TablesDestinationConfiguration, channel, errors};
use crate::error::ApiError;
use crate::operation::{Context, Operation};
use crate::validation::Constraint::*;
use crate::validation::{Rule, field, inside, number, required, text};

/// See the module.
pub struct UpdateChannel;

impl Operation for UpdateChannel {
    const NAME: &'static str = "Kinesis_20131202.UpdateChannel";
    const RULES: &'static [Rule<UpdateChannelRequest>] = &[
        field("channelARN", |r| text(&r.channel_arn), channel::ARN),
        inside(|r, found| found.within("s3DestinationConfiguration", &r.s3_destination_configuration, S3)),
        inside(|r, found| found.within("loggingConfiguration", &r.logging_configuration, LOGGING)),
    ];
    type Request = UpdateChannelRequest;
    type Response = UpdateChannelResponse;

    fn call(ctx: &mut Context<'_>, request: UpdateChannelRequest) -> Result<UpdateChannelResponse, ApiError> {
        let mut channel = channel::find(ctx, &required(request.channel_arn))?;
        if request.s3_tables_destination_configuration.is_some() {
            return Err(errors::s3_tables());
        }
        if request.s3_destination_configuration.is_none() && request.logging_configuration.is_none() {
            return Err(errors::nothing_to_update());
        }
        if let Some(update) = request.s3_destination_configuration {
            channel.freshness_secs = check_freshness(required(update.data_freshness_in_seconds))?.into();
        }
        if let Some(logging) = request.logging_configuration {
            let logging = ChannelLoggingConfiguration::of_channel(Some(logging), &channel.name, &channel.id);
            channel.settings = Settings { logging, ..Settings::of(&channel)? }.to_text()?;
        }
        ctx.store.update_channel(&channel)?;
        // Something may be due earlier than before.
        ctx.wake_at(ctx.now);
        Ok(UpdateChannelResponse { channel_description: ChannelDescription::new(ctx.identity, channel)? })
    }
}

const S3: &[Rule<S3DestinationUpdate>] =
    &[field("dataFreshnessInSeconds", |u| number(&u.data_freshness_in_seconds), &[Required])];

/// What `UpdateChannel` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct UpdateChannelRequest {
    /// Required.
    #[serde(rename = "ChannelARN")]
    pub channel_arn: Option<String>,
    /// How fresh data must be.
    pub s3_destination_configuration: Option<S3DestinationUpdate>,
    /// Refused.
    pub s3_tables_destination_configuration: Option<S3TablesDestinationConfiguration>,
    /// In place of what was.
    pub logging_configuration: Option<ChannelLoggingConfiguration>,
}

/// What can change about a destination.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct S3DestinationUpdate {
    /// Required: 300 to 900. It holds for what is not delivered yet, too.
    #[serde(deserialize_with = "crate::codec::integer")]
    pub data_freshness_in_seconds: Option<i32>,
}

/// What `UpdateChannel` answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct UpdateChannelResponse {
    /// The channel after the update.
    pub channel_description: ChannelDescription,
}
