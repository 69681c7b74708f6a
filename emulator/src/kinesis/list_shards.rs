//! `ListShards`: the shards of a stream, a page at a time.
//! Source: <https://docs.aws.amazon.com/kinesis/latest/APIReference/API_ListShards.html>

use serde::{Deserialize, Serialize};

use super::{Shard, ShardId, errors, page_token, stream};
use crate::error::ApiError;
use crate::opaque;
use crate::operation::{Context, Operation};
use crate::store::{ShardRow, StreamRow};
use crate::time::Timestamp;
use crate::validation::Constraint::*;
use crate::validation::{Rule, field, inside, number, text};

const RESULTS_DEFAULT: i32 = 1000;
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
    const READS_ONLY: bool = true;
    type Request = ListShardsRequest;
    type Response = ListShardsResponse;

    fn call(ctx: &mut Context<'_>, request: ListShardsRequest) -> Result<ListShardsResponse, ApiError> {
        let Listing { stream, after, scope } = Listing::of(ctx, &request)?;
        let limit = request.max_results.unwrap_or(RESULTS_DEFAULT) as usize;
        let shards = ctx.store.list_shards(stream.id)?;
        let wanted = |shard: &&ShardRow| {
            Some(shard.id) > after && stream.keeps(shard, ctx.now) && scope.holds(shard, &stream, ctx.now)
        };
        let mut rest = shards.iter().filter(wanted);
        let page: Vec<Shard> = rest.by_ref().take(limit).map(Shard::from).collect();
        let last = page.last().filter(|_| rest.next().is_some());
        let next_token = last.map(|last| Token::new(ctx.now, &stream, last.shard_id, scope).seal());
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
    #[serde(deserialize_with = "crate::codec::integer")]
    pub max_results: Option<i32>,
    /// Tells streams of one name apart.
    pub stream_creation_timestamp: Option<Timestamp>,
    /// Which shards to list.
    #[serde(deserialize_with = "crate::codec::structure")]
    pub shard_filter: Option<ShardFilter>,
}

impl ListShardsRequest {
    /// Lists the shards of the stream of this name.
    pub fn new(stream_name: impl Into<String>) -> Self {
        Self { stream_name: Some(stream_name.into()), ..Self::default() }
    }
}

/// Which shards to list, of those that the stream keeps.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ShardFilter {
    /// `AFTER_SHARD_ID`; `AT_LATEST`: those that are open; `AT_TRIM_HORIZON` and `AT_TIMESTAMP`: those that were open
    /// then; `FROM_TRIM_HORIZON` and `FROM_TIMESTAMP`: those and all later ones.
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

/// Which shards a filter by time lets through.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
enum Scope {
    All,
    Open,
    /// Open at a time (milliseconds); the stream's horizon if that is later.
    At(i64),
    /// Not closed before a time.
    From(i64),
}

impl Scope {
    fn of(filter: Option<&ShardFilter>) -> Result<Self, ApiError> {
        let Some(filter) = filter else { return Ok(Self::All) };
        let kind = filter.r#type.as_deref().unwrap_or_default();
        let time = || {
            let missing = || errors::invalid_argument(format!("A {kind} shard filter needs a Timestamp."));
            filter.timestamp.map(Timestamp::as_millis).ok_or_else(missing)
        };
        Ok(match kind {
            "AT_LATEST" => Self::Open,
            "AT_TRIM_HORIZON" => Self::At(i64::MIN),
            "AT_TIMESTAMP" => Self::At(time()?),
            "FROM_TIMESTAMP" => Self::From(time()?),
            _ => Self::All,
        })
    }

    fn holds(self, shard: &ShardRow, stream: &StreamRow, now: Timestamp) -> bool {
        let open_at = |time: Timestamp| shard.closed.is_none_or(|closed| closed >= time);
        match self {
            Self::All => true,
            Self::Open => shard.closed.is_none(),
            Self::At(time) => {
                // A stream that is younger than what it keeps goes back to its creation.
                let horizon = stream.trim_horizon(now).max(stream.created);
                let time = Timestamp::from_millis(time).max(horizon);
                shard.opened <= time && open_at(time)
            }
            Self::From(time) => open_at(Timestamp::from_millis(time)),
        }
    }
}

/// Where a listing goes on.
#[derive(Serialize, Deserialize)]
struct Token {
    issued_ms: i64,
    stream: String,
    stream_created_ms: i64,
    after: u32,
    scope: Scope,
}

impl Token {
    fn new(issued: Timestamp, stream: &StreamRow, after: ShardId, scope: Scope) -> Self {
        Self {
            issued_ms: issued.as_millis(),
            stream: stream.name.clone(),
            stream_created_ms: stream.created.as_millis(),
            after: after.index(),
            scope,
        }
    }

    fn seal(&self) -> String {
        opaque::seal_token(LISTING, self)
    }

    fn open(text: &str, now: Timestamp) -> Result<Self, ApiError> {
        let token: Self = opaque::open_token(LISTING, text)
            .ok_or_else(|| errors::invalid_argument("NextToken is invalid."))?;
        page_token::check_age(token.issued_ms, now)?;
        Ok(token)
    }
}

/// What a request asks for, by itself or by its token.
struct Listing {
    stream: StreamRow,
    /// Where to start.
    after: Option<ShardId>,
    scope: Scope,
}

impl Listing {
    fn of(ctx: &Context<'_>, request: &ListShardsRequest) -> Result<Self, ApiError> {
        let (name, arn) = (request.stream_name.as_deref(), request.stream_arn.as_deref());
        match (&request.next_token, name.or(arn)) {
            (Some(_), Some(_)) => {
                Err(errors::invalid_argument("NextToken and StreamName cannot be provided together."))
            }
            (None, None) => {
                Err(errors::invalid_argument("Either NextToken or StreamName should be provided."))
            }
            (None, Some(_)) => Ok(Self {
                stream: stream::find(ctx, name, arn)?,
                after: after_shard(request)?,
                scope: Scope::of(request.shard_filter.as_ref())?,
            }),
            (Some(token), None) => {
                let token = Token::open(token, ctx.now)?;
                let stream = stream::find(ctx, Some(&token.stream), None)?;
                if stream.created.as_millis() != token.stream_created_ms {
                    return Err(errors::invalid_argument("NextToken is invalid."));
                }
                Ok(Self { stream, after: Some(ShardId::new(token.after)), scope: token.scope })
            }
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
    shard_id(shard).map(Some)
}

/// The shard that a request names as the place where a listing starts.
pub(super) fn shard_id(text: &str) -> Result<ShardId, ApiError> {
    ShardId::parse(text).ok_or_else(|| errors::invalid_argument(format!("ShardId {text} is invalid.")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorCode;
    use crate::kinesis::{CreateStream, CreateStreamRequest, HashKey, SplitShard, SplitShardRequest};
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
        let later = NOW.plus_millis(page_token::LIFETIME_MS + 1);
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
    fn filters_by_time_tell_shards_apart_by_when_they_were_open() {
        let emulator = emulator();
        let hour = |n: i64| NOW.plus_millis(n * 3_600_000);
        // 4 is split into 5 and 6 after an hour, 6 into 7 and 8 after two.
        for (at, shard, key) in [(1, 4, 1), (2, 6, 2)] {
            let key = HashKey(u128::MAX - (1 << 100) / key);
            let request = SplitShardRequest::new("orders", ShardId::new(shard), key.to_string());
            emulator.call::<SplitShard>(hour(at), request).unwrap();
        }
        let listed = |now: Timestamp, kind: &str, time: Option<Timestamp>, page: i32| {
            let filter = ShardFilter { r#type: Some(kind.to_owned()), shard_id: None, timestamp: time };
            let mut request = ListShardsRequest {
                shard_filter: Some(filter),
                max_results: Some(page),
                ..ListShardsRequest::new("orders")
            };
            let mut shards = Vec::new();
            loop {
                let answer = emulator.call::<ListShards>(now, request).unwrap();
                shards.extend(indexes(&answer));
                match answer.next_token {
                    None => return shards,
                    token => request = ListShardsRequest { next_token: token, ..Default::default() },
                }
            }
        };
        // A filter goes on over pages.
        for page in [1, 2, 100] {
            let now = hour(3);
            let at = |n: i64| listed(now, "AT_TIMESTAMP", Some(hour(n).plus_millis(1)), page);
            assert_eq!(listed(now, "AT_LATEST", None, page), [0, 1, 2, 3, 5, 7, 8]);
            assert_eq!(listed(now, "AT_TRIM_HORIZON", None, page), [0, 1, 2, 3, 4]);
            assert_eq!(listed(now, "FROM_TRIM_HORIZON", None, page), [0, 1, 2, 3, 4, 5, 6, 7, 8]);
            assert_eq!(at(-9), [0, 1, 2, 3, 4]);
            assert_eq!(at(0), [0, 1, 2, 3, 4]);
            assert_eq!(at(1), [0, 1, 2, 3, 5, 6]);
            assert_eq!(at(2), [0, 1, 2, 3, 5, 7, 8]);
            let from = listed(now, "FROM_TIMESTAMP", Some(hour(1).plus_millis(1)), page);
            assert_eq!(from, [0, 1, 2, 3, 5, 6, 7, 8]);
            // The horizon has passed the first split.
            let later = hour(25).plus_millis(1);
            assert_eq!(listed(later, "AT_TRIM_HORIZON", None, page), [0, 1, 2, 3, 5, 6]);
            assert_eq!(listed(later, "FROM_TRIM_HORIZON", None, page), [0, 1, 2, 3, 5, 6, 7, 8]);
        }
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
