//! Channels: how requests name them, and what streams are told about theirs.

use super::errors;
use crate::emulator::Identity;
use crate::error::ApiError;
use crate::kinesis::resource_arn;
use crate::operation::Context;
use crate::store::{ChannelRow, StreamRow};
use crate::validation::Constraint::{self, *};
use crate::validation::TextPattern;

/// On ARNs of channels.
pub(super) const ARN: &[Constraint] = &[Required, Pattern(&ARN_PATTERN), Length(1, 2048)];

const KIND: &str = "channel";

const ARN_PATTERN: TextPattern = TextPattern {
    regex: r"arn:aws.*:kinesis:.*:\d{12}:channel/\S+",
    matches: |text| resource_arn::is_arn(text, KIND),
};

/// The id of a channel: 32 digits in the form of a UUID, as ids of channels are.
pub(super) fn id(digits: &str) -> String {
    [0..8, 8..12, 12..16, 16..20, 20..32].map(|part| &digits[part]).join("-")
}

/// The ARN of the channel with this id.
pub(super) fn arn(identity: &Identity, id: &str) -> String {
    resource_arn::arn(identity, KIND, id)
}

/// Refuses the ARN of a channel that is not there.
pub(in crate::kinesis) fn check_there(ctx: &Context<'_>, arn: &str) -> Result<(), ApiError> {
    find(ctx, arn).map(|_| ())
}

/// The channel that an ARN names.
pub(super) fn find(ctx: &Context<'_>, arn: &str) -> Result<ChannelRow, ApiError> {
    let channel = match resource_arn::own_id(ctx.identity, arn, KIND) {
        Some(id) => ctx.store.find_channel(id)?,
        None => None,
    };
    channel.ok_or_else(|| errors::channel_not_found(arn, &ctx.identity.account))
}

/// Refuses a stream that has channels: it cannot be deleted.
pub(in crate::kinesis) fn check_none(ctx: &Context<'_>, stream: &StreamRow) -> Result<(), ApiError> {
    match ctx.store.count_channels(stream.id)? {
        0 => Ok(()),
        _ => Err(errors::stream_has_channels(&stream.name, &ctx.identity.account)),
    }
}
