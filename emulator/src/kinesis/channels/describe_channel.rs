//! `DescribeChannel`: a channel and its status.
//! Source: botocore's model of Kinesis (1.44.5),
//! <https://docs.aws.amazon.com/kinesis/latest/APIReference/API_DescribeChannel.html>

use serde::{Deserialize, Serialize};

use super::{ChannelDescription, channel};
use crate::error::ApiError;
use crate::operation::{Context, Operation};
use crate::validation::{Rule, field, required, text};

/// See the module.
pub struct DescribeChannel;

impl Operation for DescribeChannel {
    const NAME: &'static str = "Kinesis_20131202.DescribeChannel";
    const RULES: &'static [Rule<DescribeChannelRequest>] =
        &[field("channelARN", |r| text(&r.channel_arn), channel::ARN)];
    const READS_ONLY: bool = true;
    type Request = DescribeChannelRequest;
    type Response = DescribeChannelResponse;

    fn call(
        ctx: &mut Context<'_>,
        request: DescribeChannelRequest,
    ) -> Result<DescribeChannelResponse, ApiError> {
        let channel = channel::find(ctx, &required(request.channel_arn))?;
        Ok(DescribeChannelResponse { channel_description: ChannelDescription::new(ctx.identity, channel)? })
    }
}

/// What `DescribeChannel` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct DescribeChannelRequest {
    /// Required.
    #[serde(rename = "ChannelARN")]
    pub channel_arn: Option<String>,
}

/// What `DescribeChannel` answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct DescribeChannelResponse {
    /// The channel.
    pub channel_description: ChannelDescription,
}
