//! `RemoveTagsFromStream`: tags of a stream are removed.
//! Source: <https://docs.aws.amazon.com/kinesis/latest/APIReference/API_RemoveTagsFromStream.html>

use serde::Deserialize;

use super::{stream, tags};
use crate::error::ApiError;
use crate::operation::{Context, Operation};
use crate::validation::{Rule, field, required, text, texts};

/// See the module.
pub struct RemoveTagsFromStream;

impl Operation for RemoveTagsFromStream {
    const NAME: &'static str = "Kinesis_20131202.RemoveTagsFromStream";
    const RULES: &'static [Rule<RemoveTagsFromStreamRequest>] = &[
        field("tagKeys", |r| texts(&r.tag_keys), tags::KEYS),
        field("streamName", |r| text(&r.stream_name), stream::NAME),
        field("streamARN", |r| text(&r.stream_arn), stream::ARN),
    ];
    type Request = RemoveTagsFromStreamRequest;
    type Response = ();

    fn call(ctx: &mut Context<'_>, request: RemoveTagsFromStreamRequest) -> Result<(), ApiError> {
        let (name, arn) = (request.stream_name.as_deref(), request.stream_arn.as_deref());
        let stream = stream::find(ctx, name, arn)?;

        let arn = stream::arn(ctx.identity, &stream.name);
        tags::remove_from(ctx, &arn, &stream.name, &required(request.tag_keys))
    }
}

/// What `RemoveTagsFromStream` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct RemoveTagsFromStreamRequest {
    /// The stream, by name.
    pub stream_name: Option<String>,
    /// The stream, by ARN.
    #[serde(rename = "StreamARN")]
    pub stream_arn: Option<String>,
    /// Required.
    pub tag_keys: Option<Vec<String>>,
}
