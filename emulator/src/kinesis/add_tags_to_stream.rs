//! `AddTagsToStream`: tags of a stream are set.
//! Source: <https://docs.aws.amazon.com/kinesis/latest/APIReference/API_AddTagsToStream.html>

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{stream, tags};
use crate::error::ApiError;
use crate::operation::{Context, Operation};
use crate::validation::{Rule, field, map, required, text};

/// See the module.
pub struct AddTagsToStream;

impl Operation for AddTagsToStream {
    const NAME: &'static str = "Kinesis_20131202.AddTagsToStream";
    const RULES: &'static [Rule<AddTagsToStreamRequest>] = &[
        field("tags", |r| map(&r.tags), tags::REQUIRED_TAGS),
        field("streamName", |r| text(&r.stream_name), stream::NAME),
        field("streamARN", |r| text(&r.stream_arn), stream::ARN),
    ];
    type Request = AddTagsToStreamRequest;
    type Response = ();

    fn call(ctx: &mut Context<'_>, request: AddTagsToStreamRequest) -> Result<(), ApiError> {
        let (name, arn) = (request.stream_name.as_deref(), request.stream_arn.as_deref());
        let stream = stream::find(ctx, name, arn)?;

        tags::add_to(ctx, &stream::arn(ctx.identity, &stream.name), &stream.name, &required(request.tags))
    }
}

/// What `AddTagsToStream` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct AddTagsToStreamRequest {
    /// The stream, by name.
    pub stream_name: Option<String>,
    /// The stream, by ARN.
    #[serde(rename = "StreamARN")]
    pub stream_arn: Option<String>,
    /// Required.
    pub tags: Option<BTreeMap<String, String>>,
}
