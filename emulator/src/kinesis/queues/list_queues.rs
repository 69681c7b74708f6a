//! `ListQueues`: queues by name, of all streams or of some, a page at a time.
//! Source: botocore's model of Kinesis (1.44.5),
//! <https://docs.aws.amazon.com/kinesis/latest/APIReference/API_ListQueues.html>

use serde::{Deserialize, Serialize};

use super::QueueSummary;
use crate::error::ApiError;
use crate::kinesis::channels::StreamFilter;
use crate::kinesis::{errors, stream};
use crate::opaque;
use crate::operation::{Context, Operation};
use crate::validation::Constraint::*;
use crate::validation::{Rule, field, inside, list, number, text};

const LIMIT_DEFAULT: usize = 100;
const LISTING: &str = "queues";

/// See the module.
pub struct ListQueues;

impl Operation for ListQueues {
    const NAME: &'static str = "Kinesis_20131202.ListQueues";
    const RULES: &'static [Rule<ListQueuesRequest>] = &[
        field("maxResults", |r| number(&r.max_results), &[Range(1, 10_000)]),
        field("nextToken", |r| text(&r.next_token), &[Length(1, 1 << 20)]),
        field("streamFilter", |r| list(&r.stream_filter, "QueueStreamFilter"), &[Length(1, 10_000)]),
        inside(|r, found| found.each("streamFilter", &r.stream_filter, StreamFilter::RULES)),
    ];
    const READS_ONLY: bool = true;
    type Request = ListQueuesRequest;
    type Response = ListQueuesResponse;

    fn call(ctx: &mut Context<'_>, request: ListQueuesRequest) -> Result<ListQueuesResponse, ApiError> {
        let limit = request.max_results.map_or(LIMIT_DEFAULT, |limit| limit as usize);
        let after: String = match &request.next_token {
            Some(token) => opaque::open_token(LISTING, token)
                .ok_or_else(|| errors::invalid_argument("NextToken is invalid."))?,
            None => String::new(),
        };
        let mut queues = ctx.store.list_queues(&after)?;
        let filters = request.stream_filter.as_deref();
        queues.retain(|queue| {
            let arn = stream::arn(ctx.identity, &queue.stream_name);
            StreamFilter::let_pass(filters, &arn, queue.stream_created)
        });
        let more = queues.len() > limit;
        queues.truncate(limit);
        let last = queues.last().filter(|_| more);
        Ok(ListQueuesResponse {
            next_token: last.map(|last| opaque::seal_token(LISTING, &last.name)),
            queue_summaries: queues.into_iter().map(|queue| QueueSummary::new(ctx.identity, queue)).collect(),
        })
    }
}

/// What `ListQueues` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ListQueuesRequest {
    /// Queues in one answer, at most; 100 when absent.
    #[serde(deserialize_with = "crate::codec::integer")]
    pub max_results: Option<i32>,
    /// Goes on where an earlier answer ended.
    pub next_token: Option<String>,
    /// Lists the queues of these streams; of all when absent.
    pub stream_filter: Option<Vec<StreamFilter>>,
}

/// What `ListQueues` answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ListQueuesResponse {
    /// Queues by name.
    pub queue_summaries: Vec<QueueSummary>,
    /// Where another call goes on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_token: Option<String>,
}
