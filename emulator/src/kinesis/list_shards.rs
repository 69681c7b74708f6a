//! `ListShards`: the shards of a stream, a page at a time.
//! Source: <https://docs.aws.amazon.com/kinesis/latest/APIReference/API_ListShards.html>

use serde::{Deserialize, Serialize};

use super::{Shard, ShardId, errors, stream};
use crate::error::{ApiError, ErrorCode};
use crate::operation::{Context, Operation};
use crate::store::StreamRow;
use crate::time::Timestamp;
use crate::validation::Constraint::*;
use crate::validation::{Rule, field, inside, number, text};
use crate::{json, opaque};

const RESULTS_DEFAULT: i32 = 1000;
const TOKEN_LIFETIME_MS: i64 = 300_000;
const LISTING: &str = "shards";

/// See the module.
pub struct ListShards;

impl Operation for ListShards {
    const NAME: &'static str = "Kinesis_20131202.ListShards";
    const RULES: &'static [Rule<ListShardsRequest>] = &[
        field("maxResults", |r| number(&r.max_results), &[Range(1, 10_000)]),
        field("exclusiveStartShardId", |r| text(&r.exclusive_start_shard_id), stream::NAME),
        field("streamName", |r| text(&r.stream_name), stream::NAME),
        field("nextToken", |r| text(&r.next_token), &[Length(1, 1 << 20)]),
        field("streamARN", |r| text(&r.stream_arn), stream::ARN),
        inside(|r, found| found.within("shardFilter", &r.shard_filter, FILTER)),
    ];
    type Request = ListShardsRequest;
    type Response = ListShardsResponse;

    fn call(ctx: &mut Context<'_>, request: ListShardsRequest) -> Result<ListShardsResponse, ApiError> {
        let (stream, after) = start(ctx, &request)?;
        let limit = request.max_results.unwrap_or(RESULTS_DEFAULT) as usize;
        let shards = ctx.store.list_shards(stream.id)?;
        let mut rest = shards.iter().filter(|shard| Some(shard.id) > after);
        let page: Vec<Shard> = rest.by_ref().take(limit).map(Shard::from).collect();
        let last = page.last().filter(|_| rest.next().is_some());
        let next_token = last.map(|last| Token::new(ctx.now, &stream, last.shard_id).seal());
        Ok(ListShardsResponse { shards: page, next_token })
    }
}

const FILTER: &[Rule<ShardFilter>] = &[
    field("type", |f| text(&f.r#type), &[Required, OneOf(FILTER_TYPES)]),
    field("shardId", |f| text(&f.shard_id), stream::NAME),
];

const FILTER_TYPES: &[&str] = &[
    "AFTER_SHARD_ID",
    "AT_TRIM_HORIZON",
    "FROM_TRIM_HORIZON",
    "AT_LATEST",
    "AT_TIMESTAMP",
    "FROM_TIMESTAMP",
];

/// What `ListShards` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ListShardsRequest {
    /// The stream, by name.
    pub stream_name: Option<String>,
    /// The stream, by ARN.
    #[serde(rename = "StreamARN")]
    pub stream_arn: Option<String>,
    /// Goes on where an earlier answer ended, instead of naming a stream.
    pub next_token: Option<String>,
    /// Lists what comes after this shard.
    pub exclusive_start_shard_id: Option<String>,
    /// Shards in one answer, at most; 1000 when absent.
    #[serde(deserialize_with = "json::integer")]
    pub max_results: Option<i32>,
    /// Tells streams of one name apart.
    pub stream_creation_timestamp: Option<Timestamp>,
    /// Which shards to list.
    pub shard_filter: Option<ShardFilter>,
}

impl ListShardsRequest {
    /// Lists the shards of the stream of this name.
    pub fn new(stream_name: impl Into<String>) -> Self {
        Self { stream_name: Some(stream_name.into()), ..Self::default() }
    }
}

/// Which shards to list.
///
/// Every shard is open from the creation of its stream on, so all filters by time list all shards.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ShardFilter {
    /// `AFTER_SHARD_ID`, `AT_LATEST`, `FROM_TRIM_HORIZON`, …
    pub r#type: Option<String>,
    /// For `AFTER_SHARD_ID`.
    pub shard_id: Option<String>,
    /// For `AT_TIMESTAMP` and `FROM_TIMESTAMP`.
    pub timestamp: Option<Timestamp>,
}

/// What `ListShards` answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ListShardsResponse {
    /// Shards by index.
    pub shards: Vec<Shard>,
    /// Where another call goes on; valid for five minutes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_token: Option<String>,
}

/// Where a listing goes on.
#[derive(Serialize, Deserialize)]
struct Token {
    issued_ms: i64,
    stream: String,
    stream_created_ms: i64,
    after: u32,
}

impl Token {
    fn new(issued: Timestamp, stream: &StreamRow, after: ShardId) -> Self {
        Self {
            issued_ms: issued.as_millis(),
            stream: stream.name.clone(),
            stream_created_ms: stream.created.as_millis(),
            after: after.index(),
        }
    }

    fn seal(&self) -> String {
        opaque::seal_token(LISTING, self)
    }

    fn open(text: &str, now: Timestamp) -> Result<Self, ApiError> {
        let token: Self = opaque::open_token(LISTING, text)
            .ok_or_else(|| errors::invalid_argument("NextToken is invalid."))?;
        if now.millis_since(Timestamp::from_millis(token.issued_ms)) > TOKEN_LIFETIME_MS {
            let message = "The pagination token passed to the operation has expired.";
            return Err(ApiError::new(ErrorCode::ExpiredNextTokenException, message));
        }
        Ok(token)
    }
}

/// The stream to list, and the shard after which to start.
fn start(ctx: &Context<'_>, request: &ListShardsRequest) -> Result<(StreamRow, Option<ShardId>), ApiError> {
    let (name, arn) = (request.stream_name.as_deref(), request.stream_arn.as_deref());
    match (&request.next_token, name.or(arn)) {
        (Some(_), Some(_)) => {
            Err(errors::invalid_argument("NextToken and StreamName cannot be provided together."))
        }
        (None, None) => Err(errors::invalid_argument("Either NextToken or StreamName should be provided.")),
        (None, Some(_)) => Ok((stream::find(ctx, name, arn)?, after_shard(request)?)),
        (Some(token), None) => {
            let token = Token::open(token, ctx.now)?;
            let stream = stream::find(ctx, Some(&token.stream), None)?;
            if stream.created.as_millis() != token.stream_created_ms {
                return Err(errors::invalid_argument("NextToken is invalid."));
            }
            Ok((stream, Some(ShardId::new(token.after))))
        }
    }
}

/// The shard after which a request asks to start.
fn after_shard(request: &ListShardsRequest) -> Result<Option<ShardId>, ApiError> {
    let filter = request.shard_filter.as_ref();
    let by_filter = filter.filter(|filter| filter.r#type.as_deref() == Some("AFTER_SHARD_ID"));
    let by_filter = by_filter.and_then(|filter| filter.shard_id.as_ref());
    let Some(shard) = request.exclusive_start_shard_id.as_ref().or(by_filter) else {
        return Ok(None);
    };
    let after = ShardId::parse(shard);
    let refusal = || errors::invalid_argument(format!("ShardId {shard} is invalid."));
    after.map(Some).ok_or_else(refusal)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinesis::{CreateStream, CreateStreamRequest};
    use crate::{Emulator, Identity, Storage};

    const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);

    fn emulator() -> Emulator {
        let emulator = Emulator::open(Storage::Memory, Identity::default()).unwrap();
        let request = CreateStreamRequest::new("orders", 5);
        emulator.call::<CreateStream>(NOW, request).unwrap();
        emulator
    }

    fn indexes(response: &ListShardsResponse) -> Vec<u32> {
        let shards = response.shards.iter();
        shards.map(|shard| shard.shard_id.index()).collect()
    }

    #[test]
    fn pages_list_every_shard_once() {
        let emulator = emulator();
        let first = ListShardsRequest { max_results: Some(3), ..ListShardsRequest::new("orders") };
        let first = emulator.call::<ListShards>(NOW, first).unwrap();
        assert_eq!(indexes(&first), [0, 1, 2]);
        let second = ListShardsRequest { next_token: first.next_token.clone(), ..Default::default() };
        let second = emulator.call::<ListShards>(NOW, second).unwrap();
        assert_eq!(indexes(&second), [3, 4]);
        assert_eq!(second.next_token, None);

        let expired = ListShardsRequest { next_token: first.next_token, ..Default::default() };
        let later = NOW.plus_millis(TOKEN_LIFETIME_MS + 1);
        let error = emulator.call::<ListShards>(later, expired).unwrap_err();
        assert_eq!(error.code, ErrorCode::ExpiredNextTokenException);
    }

    #[test]
    fn listing_starts_after_a_shard() {
        let emulator = emulator();
        let request = ListShardsRequest {
            exclusive_start_shard_id: Some("shardId-000000000002".to_owned()),
            ..ListShardsRequest::new("orders")
        };
        let response = emulator.call::<ListShards>(NOW, request).unwrap();
        assert_eq!(indexes(&response), [3, 4]);
        let request = ListShardsRequest {
            shard_filter: Some(ShardFilter {
                r#type: Some("AFTER_SHARD_ID".to_owned()),
                shard_id: Some("shardId-000000000003".to_owned()),
                timestamp: None,
            }),
            ..ListShardsRequest::new("orders")
        };
        let response = emulator.call::<ListShards>(NOW, request).unwrap();
        assert_eq!(indexes(&response), [4]);
    }

    #[test]
    fn stream_and_token_exclude_each_other() {
        let refusal = |request| emulator().call::<ListShards>(NOW, request).unwrap_err().message;
        let both = ListShardsRequest { next_token: Some("x".to_owned()), ..ListShardsRequest::new("orders") };
        assert_eq!(refusal(both), "NextToken and StreamName cannot be provided together.");
        let neither = ListShardsRequest::default();
        assert_eq!(refusal(neither), "Either NextToken or StreamName should be provided.");
    }
}
