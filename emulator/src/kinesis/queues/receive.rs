//! Receiving: what both operations that hand out records do.
//!
//! Of each shard the oldest visible record comes first, be it received before or not; of the shards the one whose
//! record arrived first. So what a shard hands out for the first time is always the next that it never did.

use std::collections::VecDeque;
use std::ops::ControlFlow;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::attributes::VISIBILITY_SECS;
use super::{queue, receipt_handle};
use crate::base64;
use crate::error::ApiError;
use crate::kinesis::ShardId;
use crate::kinesis::record_block::{PackedRecord, PackedRecords};
use crate::operation::Context;
use crate::store::{QueueRecordRow, QueueRow, StreamRow};
use crate::time::Timestamp;
use crate::validation::Constraint::*;
use crate::validation::{Rule, field, number, required, text};

const LIMIT_DEFAULT: i32 = 10;

/// What `ReceiveQueueRecords` and `ReceiveDeadLetterQueueRecords` ask.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ReceiveRequest {
    /// Required.
    #[serde(rename = "QueueARN")]
    pub queue_arn: Option<String>,
    /// Records in one answer, at most: 1 to 10; 10 when absent.
    #[serde(deserialize_with = "crate::codec::integer")]
    pub limit: Option<i32>,
    /// How long to wait for a record: 1 to 20. The answer comes at once; who waits asks again until then.
    #[serde(deserialize_with = "crate::codec::integer")]
    pub wait_time_seconds: Option<i32>,
    /// How long the records are in flight: 0 to 43,200; as the queue says when absent.
    #[serde(deserialize_with = "crate::codec::integer")]
    pub visibility_timeout_seconds: Option<i32>,
}

impl ReceiveRequest {
    /// How long to wait for a record when a request does not say, in seconds.
    pub const WAIT_TIME_SECS_DEFAULT: i32 = 9;

    pub(super) const RULES: &'static [Rule<Self>] = &[
        field("queueARN", |r| text(&r.queue_arn), queue::ARN),
        field("limit", |r| number(&r.limit), &[Range(1, 10)]),
        field("waitTimeSeconds", |r| number(&r.wait_time_seconds), &[Range(1, 20)]),
        field("visibilityTimeoutSeconds", |r| number(&r.visibility_timeout_seconds), VISIBILITY_SECS),
    ];

    /// Receives from the queue of this ARN.
    pub fn new(queue_arn: impl Into<String>) -> Self {
        Self { queue_arn: Some(queue_arn.into()), ..Self::default() }
    }
}

/// What `ReceiveQueueRecords` and `ReceiveDeadLetterQueueRecords` answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ReceiveResponse {
    /// The records; none when none is visible.
    pub queue_records: Vec<QueueRecord>,
}

/// A record as a queue hands it out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct QueueRecord {
    /// Names this receive of the record.
    pub receipt_handle: String,
    /// Names the record, the same at each receive and in each queue.
    pub record_id: String,
    /// Under which key it was put.
    pub partition_key: String,
    /// What was put.
    #[serde(with = "base64::blob")]
    pub data: Bytes,
    /// When it was put.
    pub approximate_arrival_timestamp: Timestamp,
    /// When it was first received.
    pub first_receive_timestamp: Timestamp,
    /// How often it was received without being acknowledged, this time included.
    pub receive_count: i64,
}

/// Hands out dead letters, or the other records.
pub(super) fn receive(
    ctx: &mut Context<'_>,
    request: ReceiveRequest,
    is_dead: bool,
) -> Result<ReceiveResponse, ApiError> {
    let (queue, stream) = queue::find_by_now(ctx, &required(request.queue_arn))?;
    let limit = request.limit.unwrap_or(LIMIT_DEFAULT) as usize;
    let timeout_secs = request.visibility_timeout_seconds.map_or(queue.visibility_secs, i64::from);
    let visible = ctx.now.plus_millis(timeout_secs * 1000);
    let mut queue_records = Vec::new();
    for mut candidate in oldest_first(candidates(ctx, &queue, &stream, is_dead, limit)?, limit) {
        let row = &mut candidate.row;
        if row.deliveries == 0 {
            ctx.store.set_queue_position(&queue.id, row.shard, row.counter + 1)?;
        }
        row.receives += 1;
        row.deliveries += 1;
        row.visible = visible;
        ctx.store.upsert_queue_record(&queue.id, row)?;
        queue_records.push(QueueRecord {
            receipt_handle: receipt_handle::seal(&queue, row),
            record_id: record_id(&stream, row),
            partition_key: candidate.record.partition_key.to_string(),
            data: candidate.record.data,
            approximate_arrival_timestamp: row.arrival,
            first_receive_timestamp: row.first_received,
            receive_count: row.receives,
        });
    }
    Ok(ReceiveResponse { queue_records })
}

/// A record that can be received.
struct Candidate {
    row: QueueRecordRow,
    record: PackedRecord,
}

/// Up to `limit` records of each shard, the oldest first.
fn candidates(
    ctx: &Context<'_>,
    queue: &QueueRow,
    stream: &StreamRow,
    is_dead: bool,
    limit: usize,
) -> Result<Vec<VecDeque<Candidate>>, ApiError> {
    let mut shards = Vec::new();
    for shard in ctx.store.list_shards(stream.id)? {
        let mut found = received_before(ctx, queue, shard.id, is_dead, limit)?;
        if !is_dead {
            never_received(ctx, queue, stream, shard.id, limit, &mut found)?;
        }
        shards.push(found);
    }
    Ok(shards)
}

/// The visible records of a shard that were handed out before. What the stream has lost meanwhile is forgotten.
fn received_before(
    ctx: &Context<'_>,
    queue: &QueueRow,
    shard: ShardId,
    is_dead: bool,
    limit: usize,
) -> Result<VecDeque<Candidate>, ApiError> {
    let mut found = VecDeque::new();
    for row in ctx.store.visible_queue_records(&queue.id, shard, is_dead, ctx.now, limit)? {
        let from = Timestamp::from_millis(i64::MIN);
        let mut record = None;
        ctx.store.visit_blocks(queue.stream, shard, row.counter, from, |block| {
            // The block that had it may be gone; then this is the next one.
            if let Some(place) = row.counter.checked_sub(block.counter_first) {
                let place = place as usize;
                record = PackedRecords::of(block.records).records(place..place + 1).next();
            }
            ControlFlow::Break(())
        })?;
        match record {
            Some(record) => found.push_back(Candidate { row, record }),
            None => ctx.store.delete_queue_record(&queue.id, shard, row.counter)?,
        }
    }
    Ok(found)
}

/// Fills `found` with records of a shard that were never handed out.
fn never_received(
    ctx: &Context<'_>,
    queue: &QueueRow,
    stream: &StreamRow,
    shard: ShardId,
    limit: usize,
    found: &mut VecDeque<Candidate>,
) -> Result<(), ApiError> {
    let position = ctx.store.queue_position(&queue.id, shard)?;
    let from = stream.trim_horizon(ctx.now).max(queue.cutoff);
    ctx.store.visit_blocks(stream.id, shard, position, from, |block| {
        let packed = PackedRecords::of(block.records);
        let numbered = (block.counter_first..).zip(packed.records(0..packed.len()));
        for (counter, record) in numbered.skip_while(|(counter, _)| *counter < position) {
            if found.len() >= limit {
                return ControlFlow::Break(());
            }
            let row = QueueRecordRow {
                shard,
                counter,
                arrival: block.arrival,
                first_received: ctx.now,
                visible: ctx.now,
                receives: 0,
                deliveries: 0,
                is_dead: false,
            };
            found.push_back(Candidate { row, record });
        }
        ControlFlow::Continue(())
    })?;
    Ok(())
}

/// The first of all shards, again and again.
fn oldest_first(mut shards: Vec<VecDeque<Candidate>>, limit: usize) -> Vec<Candidate> {
    let mut chosen = Vec::new();
    while chosen.len() < limit {
        let with_records = shards.iter_mut().filter(|records| !records.is_empty());
        let Some(oldest) = with_records.min_by_key(|records| records.front().map(|head| head.row.arrival))
        else {
            break;
        };
        chosen.extend(oldest.pop_front());
    }
    chosen
}

/// The id of a record: when its stream was created, its shard, its number there.
fn record_id(stream: &StreamRow, record: &QueueRecordRow) -> String {
    let created = stream.created.as_millis().max(0);
    format!("{created:012x}{:08x}{:016x}", record.shard.index(), record.counter)
}
