//! `ListStreams`: streams by name, a page at a time.
//! Source: <https://docs.aws.amazon.com/kinesis/latest/APIReference/API_ListStreams.html>

use serde::{Deserialize, Serialize};

use super::{StreamModeDetails, errors, stream};
use crate::emulator::Identity;
use crate::error::ApiError;
use crate::opaque;
use crate::operation::{Context, Operation};
use crate::store::{StreamRow, StreamStatus};
use crate::time::Timestamp;
use crate::validation::Constraint::*;
use crate::validation::{Rule, field, number, text};

const LIMIT_DEFAULT: i32 = 100;
const LISTING: &str = "streams";

/// See the module.
pub struct ListStreams;

impl Operation for ListStreams {
    const NAME: &'static str = "Kinesis_20131202.ListStreams";
    const RULES: &'static [Rule<ListStreamsRequest>] = &[
        field("limit", |r| number(&r.limit), &[Range(1, 10_000)]),
        field("exclusiveStartStreamName", |r| text(&r.exclusive_start_stream_name), stream::NAME),
        field("nextToken", |r| text(&r.next_token), &[Length(1, 1 << 20)]),
    ];
    const READS_ONLY: bool = true;
    type Request = ListStreamsRequest;
    type Response = ListStreamsResponse;

    fn call(ctx: &mut Context<'_>, request: ListStreamsRequest) -> Result<ListStreamsResponse, ApiError> {
        let limit = request.limit.unwrap_or(LIMIT_DEFAULT) as usize;
        let after = start(&request)?;
        // One more than asked for tells whether there are more.
        let mut streams = ctx.store.list_streams(&after, limit + 1)?;
        let has_more_streams = streams.len() > limit;
        streams.truncate(limit);
        let last = streams.last().filter(|_| has_more_streams);
        Ok(ListStreamsResponse {
            has_more_streams,
            next_token: last.map(|last| opaque::seal_token(LISTING, &last.name)),
            stream_names: streams.iter().map(|stream| stream.name.clone()).collect(),
            stream_summaries: streams
                .into_iter()
                .map(|stream| StreamSummary::new(ctx.identity, stream))
                .collect(),
        })
    }
}

/// What `ListStreams` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ListStreamsRequest {
    /// Streams in one answer, at most; 100 when absent.
    #[serde(deserialize_with = "crate::codec::integer")]
    pub limit: Option<i32>,
    /// Lists what comes after this name.
    pub exclusive_start_stream_name: Option<String>,
    /// Goes on where an earlier answer ended; stronger than the name.
    pub next_token: Option<String>,
}

/// What `ListStreams` answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ListStreamsResponse {
    /// Names, ascending.
    pub stream_names: Vec<String>,
    /// Whether another call would list more.
    pub has_more_streams: bool,
    /// Where another call goes on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_token: Option<String>,
    /// The same streams with more about each.
    pub stream_summaries: Vec<StreamSummary>,
}

/// A stream in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct StreamSummary {
    /// Its name.
    pub stream_name: String,
    /// Its ARN.
    #[serde(rename = "StreamARN")]
    pub stream_arn: String,
    /// What it is doing.
    pub stream_status: StreamStatus,
    /// How capacity is provided.
    pub stream_mode_details: StreamModeDetails,
    /// When it was created.
    pub stream_creation_timestamp: Timestamp,
}

impl StreamSummary {
    fn new(identity: &Identity, stream: StreamRow) -> Self {
        Self {
            stream_arn: stream::arn(identity, &stream.name),
            stream_name: stream.name,
            stream_status: stream.status,
            stream_mode_details: StreamModeDetails { stream_mode: Some(stream.mode) },
            stream_creation_timestamp: stream.created,
        }
    }
}

/// The name after which to list.
fn start(request: &ListStreamsRequest) -> Result<String, ApiError> {
    match &request.next_token {
        Some(token) => opaque::open_token(LISTING, token)
            .ok_or_else(|| errors::invalid_argument("NextToken is invalid.")),
        None => Ok(request.exclusive_start_stream_name.clone().unwrap_or_default()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinesis::{CreateStream, CreateStreamRequest};
    use crate::{Emulator, Storage};

    const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);

    #[test]
    fn pages_list_every_stream_once_in_order() {
        let emulator = Emulator::open(Storage::Memory, Identity::default()).unwrap();
        for name in ["c", "a", "e", "b", "d"] {
            let request = CreateStreamRequest::new(name, 1);
            emulator.call::<CreateStream>(NOW, request).unwrap();
        }
        let (mut names, mut next_token) = (Vec::new(), None);
        loop {
            let request = ListStreamsRequest { limit: Some(2), next_token, ..Default::default() };
            let page = emulator.call::<ListStreams>(NOW, request).unwrap();
            assert_eq!(page.has_more_streams, page.next_token.is_some());
            assert!(page.stream_names.len() <= 2);
            names.extend(page.stream_names);
            next_token = page.next_token;
            if next_token.is_none() {
                break;
            }
        }
        assert_eq!(names, ["a", "b", "c", "d", "e"]);
        let request =
            ListStreamsRequest { exclusive_start_stream_name: Some("c".to_owned()), ..Default::default() };
        let rest = emulator.call::<ListStreams>(NOW, request).unwrap();
        assert_eq!(rest.stream_names, ["d", "e"]);
    }
}
