//! Resources of any kind, as tags and policies name them: by ARN.

use super::consumer::{self, ConsumerArn};
use super::resource_arn::ResourceArn;
use super::{channels, errors, queues, stream};
use crate::error::ApiError;
use crate::operation::Context;
use crate::validation::Constraint::{self, *};
use crate::validation::TextPattern;

/// On ARNs of resources.
pub(super) const ARN: &[Constraint] = &[Required, Pattern(&ARN_PATTERN), Length(1, 2048)];

const ARN_PATTERN: TextPattern = TextPattern {
    regex: r"arn:aws.*:kinesis:.*:\d{12}:.*(stream|channel|queue)/\S+",
    matches: |text| ResourceArn::parse(text).is_some(),
};

/// Refuses the ARN of a resource that is not there.
pub(super) fn check(ctx: &Context<'_>, arn: &str) -> Result<(), ApiError> {
    // Source of the sentence, which has the ARN where a name is meant: moto's tests.
    let missing = || errors::stream_not_found(arn, &ctx.identity.account);
    let own = |parsed: &ResourceArn<'_>| parsed.account == ctx.identity.account;
    let parsed = ResourceArn::parse(arn).filter(own).ok_or_else(missing)?;
    match parsed.kind {
        "channel" => return channels::check_there(ctx, arn),
        "queue" => return queues::check_there(ctx, arn),
        _ => {}
    }
    if let Some(consumer) = ConsumerArn::parse(arn) {
        return consumer::find(ctx, &consumer).map(|_| ());
    }
    match ctx.store.find_stream(parsed.name)? {
        Some(found) if stream::arn(ctx.identity, &found.name) == arn => Ok(()),
        _ => Err(missing()),
    }
}
