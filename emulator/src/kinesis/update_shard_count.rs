//! `UpdateShardCount`: shards are split or merged until there are as many as asked for.
//!
//! AWS splits every shard, as often as it takes to have enough, and then merges neighbours, pair by pair, until the
//! number is right. Source: the numbers of shards that moto's tests have verified against AWS.
//! Source: <https://docs.aws.amazon.com/kinesis/latest/APIReference/API_UpdateShardCount.html>

use serde::{Deserialize, Serialize};

use super::life_cycle::{self, Change};
use super::resharding::{self, Replacement};
use super::{errors, stream};
use crate::error::ApiError;
use crate::operation::{Context, Operation};
use crate::settings::Limits;
use crate::store::{ShardRow, StreamRow, StreamStatus};
use crate::validation::Constraint::*;
use crate::validation::{Rule, field, number, required, text};

/// How often a stream can be scaled in a day.
const SCALINGS_PER_DAY: i64 = 10;
const DAY_MS: i64 = 24 * 3_600_000;

/// See the module.
pub struct UpdateShardCount;

impl Operation for UpdateShardCount {
    const NAME: &'static str = "Kinesis_20131202.UpdateShardCount";
    const RULES: &'static [Rule<UpdateShardCountRequest>] = &[
        field("targetShardCount", |r| number(&r.target_shard_count), &[Required, Range(1, i32::MAX as i64)]),
        field("scalingType", |r| text(&r.scaling_type), &[Required, OneOf(&["UNIFORM_SCALING"])]),
        field("streamName", |r| text(&r.stream_name), stream::NAME),
        field("streamARN", |r| text(&r.stream_arn), stream::ARN),
    ];
    type Request = UpdateShardCountRequest;
    type Response = UpdateShardCountResponse;

    fn call(
        ctx: &mut Context<'_>,
        request: UpdateShardCountRequest,
    ) -> Result<UpdateShardCountResponse, ApiError> {
        let (name, arn) = (request.stream_name.as_deref(), request.stream_arn.as_deref());
        let stream = stream::find(ctx, name, arn)?;

        let account = &ctx.identity.account;
        if stream.is_on_demand() {
            return Err(errors::on_demand(&stream.name, account));
        }
        life_cycle::check_active(ctx, &stream)?;
        let target = required(request.target_shard_count) as usize;
        let open = ctx.store.list_open_shards(stream.id)?;
        let more = target.saturating_sub(open.len()) as u32;
        resharding::check_limit(ctx, more)?;
        if ctx.settings.limits == Limits::Aws {
            check_step(ctx, &stream, open.len(), target)?;
        }
        let plan = plan(&open, ctx.store.next_shard_index(stream.id)?, target);
        let answer = UpdateShardCountResponse {
            stream_arn: stream::arn(ctx.identity, &stream.name),
            stream_name: stream.name.clone(),
            current_shard_count: open.len(),
            target_shard_count: target,
        };
        if !plan.is_empty() {
            life_cycle::begin(ctx, &stream, StreamStatus::Updating, Change::Reshard(plan))?;
        }
        Ok(answer)
    }
}

/// Refuses too great a step, and too many of them.
fn check_step(ctx: &Context<'_>, stream: &StreamRow, current: usize, target: usize) -> Result<(), ApiError> {
    let (name, account) = (&stream.name, &ctx.identity.account);
    if target > current * 2 || target * 2 < current {
        return Err(errors::invalid_argument(format!(
            "UpdateShardCount cannot scale stream {name} under account {account} from {current} to {target} shards: \
             no more than double and no less than half of the current number."
        )));
    }
    let day_ago = ctx.now.plus_millis(-DAY_MS);
    if ctx.store.note_scaling(stream.id, ctx.now, day_ago)? > SCALINGS_PER_DAY {
        return Err(errors::limit_exceeded(format!(
            "Stream {name} under account {account} has been scaled {SCALINGS_PER_DAY} times in the last 24 hours."
        )));
    }
    Ok(())
}

/// An open shard while it is planned what becomes of it: its index, and its least and greatest hash key.
#[derive(Clone, Copy)]
struct Planned {
    index: u32,
    keys: (u128, u128),
}

/// Which shards take the place of which, one after the other.
fn plan(open: &[ShardRow], first: u32, target: usize) -> Vec<Replacement> {
    let planned = |shard: &ShardRow| Planned {
        index: shard.id.index(),
        keys: (shard.hash_keys.start.0, shard.hash_keys.end.0),
    };
    let mut plan = Plan { shards: open.iter().map(planned).collect(), next: first, steps: Vec::new() };
    plan.shards.sort_by_key(|shard| shard.keys.0);
    while plan.shards.len() < target {
        plan.split_all();
    }
    while plan.shards.len() > target {
        plan.merge_pairs(target);
    }
    plan.steps
}

struct Plan {
    /// By hash keys.
    shards: Vec<Planned>,
    next: u32,
    steps: Vec<Replacement>,
}

impl Plan {
    fn split_all(&mut self) {
        for shard in std::mem::take(&mut self.shards) {
            let (start, end) = shard.keys;
            let middle = start + (end - start) / 2 + 1;
            self.replace(&[shard.index], &[(start, middle - 1), (middle, end)]);
        }
    }

    /// Merges neighbours, each shard at most once, until there are few enough.
    fn merge_pairs(&mut self, target: usize) {
        let mut excess = self.shards.len() - target;
        for pair in std::mem::take(&mut self.shards).chunks(2) {
            match pair {
                [low, high] if excess > 0 => {
                    excess -= 1;
                    self.replace(&[low.index, high.index], &[(low.keys.0, high.keys.1)]);
                }
                kept => self.shards.extend(kept),
            }
        }
    }

    fn replace(&mut self, parents: &[u32], children: &[(u128, u128)]) {
        for keys in children {
            self.shards.push(Planned { index: self.next, keys: *keys });
            self.next += 1;
        }
        self.steps.push(Replacement { parents: parents.to_vec(), children: children.to_vec() });
    }
}

/// What `UpdateShardCount` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct UpdateShardCountRequest {
    /// The stream, by name.
    pub stream_name: Option<String>,
    /// The stream, by ARN.
    #[serde(rename = "StreamARN")]
    pub stream_arn: Option<String>,
    /// Required.
    #[serde(deserialize_with = "crate::codec::integer")]
    pub target_shard_count: Option<i32>,
    /// Required: `UNIFORM_SCALING`.
    pub scaling_type: Option<String>,
}

/// What `UpdateShardCount` answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct UpdateShardCountResponse {
    /// The stream, by name.
    pub stream_name: String,
    /// The stream, by ARN.
    #[serde(rename = "StreamARN")]
    pub stream_arn: String,
    /// Open shards before.
    pub current_shard_count: usize,
    /// Open shards to come.
    pub target_shard_count: usize,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinesis::{CreateStream, CreateStreamRequest, ListShards, ListShardsRequest};
    use crate::{Emulator, Identity, Settings, Storage, Timestamp};

    const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);

    fn scaled(settings: Settings, from: i32, to: i32) -> Result<(usize, Vec<(u128, u128)>), ApiError> {
        let emulator = Emulator::with_settings(Storage::Memory, Identity::default(), settings).unwrap();
        emulator.call::<CreateStream>(NOW, CreateStreamRequest::new("orders", from)).unwrap();
        let request = UpdateShardCountRequest {
            stream_name: Some("orders".to_owned()),
            target_shard_count: Some(to),
            scaling_type: Some("UNIFORM_SCALING".to_owned()),
            ..Default::default()
        };
        let answer = emulator.call::<UpdateShardCount>(NOW, request)?;
        assert_eq!((answer.current_shard_count, answer.target_shard_count), (from as usize, to as usize));
        let shards = emulator.call::<ListShards>(NOW, ListShardsRequest::new("orders")).unwrap().shards;
        let open = shards.iter().filter(|s| s.sequence_number_range.ending_sequence_number.is_none());
        let mut keys: Vec<_> = open.map(|s| (s.hash_key_range.start.0, s.hash_key_range.end.0)).collect();
        keys.sort_unstable();
        Ok((shards.len(), keys))
    }

    #[test]
    fn as_many_shards_come_and_go_as_on_aws() {
        for (from, to, all) in
            [(2, 4, 6), (4, 5, 15), (10, 13, 37), (4, 2, 6), (5, 3, 7), (10, 3, 17), (3, 3, 3)]
        {
            let (shards, keys) = scaled(Settings::default(), from, to).unwrap();
            assert_eq!((shards, keys.len()), (all, to as usize), "{from} to {to}");
            assert_eq!((keys[0].0, keys[keys.len() - 1].1), (0, u128::MAX));
            assert!(keys.windows(2).all(|pair| pair[0].1 + 1 == pair[1].0));
        }
    }

    #[test]
    fn too_great_a_step_is_refused_where_limits_hold() {
        let limits = Settings { limits: Limits::Aws, ..Settings::default() };
        assert!(scaled(limits, 4, 8).is_ok() && scaled(limits, 4, 2).is_ok());
        for (from, to) in [(4, 9), (4, 1)] {
            let error = scaled(limits, from, to).unwrap_err();
            assert_eq!(error.code, crate::ErrorCode::InvalidArgumentException);
        }
    }
}
