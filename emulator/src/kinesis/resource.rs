//! Resources of any kind, as tags and policies name them: by ARN.

use super::consumer::{self, ConsumerArn};
use super::stream::{self, StreamArn};
use super::{channels, errors, queues};
use crate::error::ApiError;
use crate::operation::Context;
use crate::validation::Constraint::{self, *};
use crate::validation::TextPattern;

/// On ARNs of resources.
pub(super) const ARN: &[Constraint] = &[Required, Pattern(&ARN_PATTERN), Length(1, 2048)];

const ARN_PATTERN: TextPattern = TextPattern {
    regex: r"arn:aws.*:kinesis:.*:\d{12}:.*(stream|channel|queue)/\S+",
    matches: |text| Arn::parse(text).is_some(),
};

/// What an ARN of this service names.
pub(super) struct Arn<'a> {
    pub account: &'a str,
    /// `stream`, `channel` or `queue`.
    pub kind: &'a str,
}

impl<'a> Arn<'a> {
    pub fn parse(arn: &'a str) -> Option<Self> {
        let mut parts = arn.splitn(6, ':');
        let mut part = || parts.next();
        let (scheme, partition, service) = (part()?, part()?, part()?);
        let (_region, account, resource) = (part()?, part()?, part()?);
        let known = scheme == "arn" && partition.starts_with("aws") && service == "kinesis";
        let twelve_digits = account.len() == 12 && account.bytes().all(|b| b.is_ascii_digit());
        let (kind, name) = resource.split_once('/')?;
        let whole = ["stream", "channel", "queue"].contains(&kind)
            && !name.is_empty()
            && !name.contains(char::is_whitespace);
        (known && twelve_digits && whole).then_some(Self { account, kind })
    }
}

/// Refuses the ARN of a resource that is not there.
pub(super) fn check(ctx: &Context<'_>, arn: &str) -> Result<(), ApiError> {
    // Source of the sentence, which has the ARN where a name is meant: moto's tests.
    let missing = || errors::stream_not_found(arn, &ctx.identity.account);
    let parsed =
        Arn::parse(arn).filter(|parsed| parsed.account == ctx.identity.account).ok_or_else(missing)?;
    match parsed.kind {
        "channel" => return channels::check_there(ctx, arn),
        "queue" => return queues::check_there(ctx, arn),
        _ => {}
    }
    if let Some(consumer) = ConsumerArn::parse(arn) {
        return consumer::find(ctx, &consumer).map(|_| ());
    }
    let named = StreamArn::parse(arn).ok_or_else(missing)?;
    match ctx.store.find_stream(named.name)? {
        Some(found) if stream::arn(ctx.identity, &found.name) == arn => Ok(()),
        _ => Err(missing()),
    }
}
