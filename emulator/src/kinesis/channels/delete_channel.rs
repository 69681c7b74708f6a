//! `DeleteChannel`: nothing more is delivered; what was stays, and what is due does not come any more.
//! Source: botocore's model of Kinesis (1.44.5),
//! <https://docs.aws.amazon.com/kinesis/latest/APIReference/API_DeleteChannel.html>

use serde::Deserialize;

use super::channel;
use crate::error::ApiError;
use crate::operation::{Context, Operation};
use crate::validation::{Rule, field, required, text};

/// See the module.
pub struct DeleteChannel;

impl Operation for DeleteChannel {
    const NAME: &'static str = "Kinesis_20131202.DeleteChannel";
    const RULES: &'static [Rule<DeleteChannelRequest>] =
        &[field("channelARN", |r| text(&r.channel_arn), channel::ARN)];
    type Request = DeleteChannelRequest;
    type Response = ();

    fn call(ctx: &mut Context<'_>, request: DeleteChannelRequest) -> Result<(), ApiError> {
        let arn = required(request.channel_arn);
        let channel = channel::find(ctx, &arn)?;
        ctx.store.forget_resource(&arn)?;
        Ok(ctx.store.delete_channel(&channel.id)?)
    }
}

/// What `DeleteChannel` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct DeleteChannelRequest {
    /// Required.
    #[serde(rename = "ChannelARN")]
    pub channel_arn: Option<String>,
}
