//! `ListTagsForStream`: the tags of a stream, a page at a time.
//! Source: <https://docs.aws.amazon.com/kinesis/latest/APIReference/API_ListTagsForStream.html>

use serde::{Deserialize, Serialize};

use super::tags::Tag;
use super::{stream, tags};
use crate::error::ApiError;
use crate::operation::{Context, Operation};
use crate::validation::Constraint::*;
use crate::validation::{Rule, field, number, text};

/// See the module.
pub struct ListTagsForStream;

impl Operation for ListTagsForStream {
    const NAME: &'static str = "Kinesis_20131202.ListTagsForStream";
    const RULES: &'static [Rule<ListTagsForStreamRequest>] = &[
        field("exclusiveStartTagKey", |r| text(&r.exclusive_start_tag_key), &[Length(1, 128)]),
        field("limit", |r| number(&r.limit), &[Range(1, 50)]),
        field("streamName", |r| text(&r.stream_name), stream::NAME),
        field("streamARN", |r| text(&r.stream_arn), stream::ARN),
    ];
    const READS_ONLY: bool = true;
    type Request = ListTagsForStreamRequest;
    type Response = ListTagsForStreamResponse;

    fn call(
        ctx: &mut Context<'_>,
        request: ListTagsForStreamRequest,
    ) -> Result<ListTagsForStreamResponse, ApiError> {
        let (name, arn) = (request.stream_name.as_deref(), request.stream_arn.as_deref());
        let stream = stream::find(ctx, name, arn)?;

        let after = request.exclusive_start_tag_key.unwrap_or_default();
        let limit = request.limit.map_or(usize::MAX, |limit| limit as usize);
        let tags = ctx.store.tags(&stream::arn(ctx.identity, &stream.name))?;
        let mut listed = tags::list(tags).filter(|tag| tag.key > after);
        let page = listed.by_ref().take(limit).collect();
        Ok(ListTagsForStreamResponse { tags: page, has_more_tags: listed.next().is_some() })
    }
}

/// What `ListTagsForStream` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ListTagsForStreamRequest {
    /// The stream, by name.
    pub stream_name: Option<String>,
    /// The stream, by ARN.
    #[serde(rename = "StreamARN")]
    pub stream_arn: Option<String>,
    /// Lists what comes after this key.
    pub exclusive_start_tag_key: Option<String>,
    /// Tags in one answer, at most; all when absent.
    #[serde(deserialize_with = "crate::codec::integer")]
    pub limit: Option<i32>,
}

/// What `ListTagsForStream` answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ListTagsForStreamResponse {
    /// Tags by key.
    pub tags: Vec<Tag>,
    /// Whether another call would list more.
    pub has_more_tags: bool,
}
