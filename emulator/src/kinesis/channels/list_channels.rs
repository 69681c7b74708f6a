//! `ListChannels`: channels by name, of all streams or of some, a page at a time.
//! Source: botocore's model of Kinesis (1.44.5),
//! <https://docs.aws.amazon.com/kinesis/latest/APIReference/API_ListChannels.html>

use serde::{Deserialize, Serialize};

use super::ChannelSummary;
use crate::error::ApiError;
use crate::kinesis::{errors, stream};
use crate::opaque;
use crate::operation::{Context, Operation};
use crate::time::Timestamp;
use crate::validation::Constraint::*;
use crate::validation::{Rule, field, inside, list, number, text};

/// Channels in one answer, at most.
const LIMIT: usize = 100;
const LISTING: &str = "channels";

/// See the module.
pub struct ListChannels;

impl Operation for ListChannels {
    const NAME: &'static str = "Kinesis_20131202.ListChannels";
    const RULES: &'static [Rule<ListChannelsRequest>] = &[
        field("streamFilter", |r| list(&r.stream_filter, "StreamFilter"), &[Length(1, 10_000)]),
        inside(|r, found| found.each("streamFilter", &r.stream_filter, StreamFilter::RULES)),
        field("maxResults", |r| number(&r.max_results), &[Range(1, 10_000)]),
        field("nextToken", |r| text(&r.next_token), &[Length(1, 1 << 20)]),
    ];
    const READS_ONLY: bool = true;
    type Request = ListChannelsRequest;
    type Response = ListChannelsResponse;

    fn call(ctx: &mut Context<'_>, request: ListChannelsRequest) -> Result<ListChannelsResponse, ApiError> {
        let limit = request.max_results.map_or(LIMIT, |limit| (limit as usize).min(LIMIT));
        let after: String = match &request.next_token {
            Some(token) => opaque::open_token(LISTING, token)
                .ok_or_else(|| errors::invalid_argument("NextToken is invalid."))?,
            None => String::new(),
        };
        let mut channels = ctx.store.list_channels(&after)?;
        let filters = request.stream_filter.as_deref();
        channels.retain(|channel| {
            let arn = stream::arn(ctx.identity, &channel.stream_name);
            StreamFilter::let_pass(filters, &arn, channel.stream_created)
        });
        let more = channels.len() > limit;
        channels.truncate(limit);
        let last = channels.last().filter(|_| more);
        Ok(ListChannelsResponse {
            next_token: last.map(|last| opaque::seal_token(LISTING, &last.name)),
            channel_summaries: channels
                .into_iter()
                .map(|channel| ChannelSummary::new(ctx.identity, channel))
                .collect(),
        })
    }
}

/// What `ListChannels` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ListChannelsRequest {
    /// Lists the channels of these streams; of all when absent.
    pub stream_filter: Option<Vec<StreamFilter>>,
    /// Channels in one answer, at most; 100 when absent or greater.
    #[serde(deserialize_with = "crate::codec::integer")]
    pub max_results: Option<i32>,
    /// Goes on where an earlier answer ended.
    pub next_token: Option<String>,
}

/// A stream whose channels or queues are listed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct StreamFilter {
    /// Required.
    #[serde(rename = "StreamARN")]
    pub stream_arn: Option<String>,
    /// Tells a stream from another of the same name.
    pub stream_creation_timestamp: Option<Timestamp>,
}

impl StreamFilter {
    pub(in crate::kinesis) const RULES: &'static [Rule<Self>] =
        &[field("streamARN", |f| text(&f.stream_arn), stream::REQUIRED_ARN)];

    /// Whether one of the filters names the stream, or there are none.
    pub(in crate::kinesis) fn let_pass(filters: Option<&[Self]>, arn: &str, created: Timestamp) -> bool {
        let Some(filters) = filters else { return true };
        filters.iter().any(|filter| {
            filter.stream_arn.as_deref() == Some(arn)
                && filter.stream_creation_timestamp.is_none_or(|wanted| wanted == created)
        })
    }
}

/// What `ListChannels` answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ListChannelsResponse {
    /// Channels by name.
    pub channel_summaries: Vec<ChannelSummary>,
    /// Where another call goes on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_token: Option<String>,
}
