//! Delivery: what is due is read from the stream and written to buckets.
//!
//! Records that are not of the channel's format go, each as a line of JSON with what is wrong, to the bucket for dead
//! letters. Where a bucket is missing or belongs to another account nothing moves: the records stay due, and the
//! channel says why. How far a channel has come is stored with what it writes, so each record is delivered once.

use std::collections::VecDeque;
use std::ops::ControlFlow;

use serde::Serialize;

use super::key_template::{self, Variables};
use super::plan::{self, Batch, Undelivered};
use super::record_format::RecordFormat;
use super::settings::{Settings, bucket_name};
use crate::base64;
use crate::error::{ApiError, ErrorCode};
use crate::kinesis::record_block::PackedRecords;
use crate::kinesis::{SequenceNumber, ShardId, stream};
use crate::operation::{Context, Operation};
use crate::s3::{PutObject, PutObjectRequest};
use crate::store::{ChannelRow, LogBlock, ShardRow};
use crate::time::Timestamp;

/// How often channels are looked after, in milliseconds: a record waits so much longer than it would have to, at most.
pub(super) const LOOK_MS: i64 = 60_000;
/// How soon what could not be written is tried again, in milliseconds.
const AGAIN_MS: i64 = 1000;
/// The keys of dead letters, behind their prefix.
const ERROR_TEMPLATE: &str =
    "!{yyyy}/!{MM}/!{dd}/!{HH}/!{channel-name}-!{channel-id}-!{yyyy}-!{MM}-!{dd}-!{HH}-!{mm}";
/// Digits of the suffix that makes keys unique.
const SUFFIX_DIGITS: usize = 12;

/// Writes what all channels have to deliver by now.
///
/// # Errors
/// `InternalFailure` when the store fails; all else becomes the status of a channel.
pub(crate) fn deliver_due(ctx: &mut Context<'_>) -> Result<(), ApiError> {
    for channel in ctx.store.list_channels("")? {
        if due(ctx, &channel)?.is_some_and(|due| due <= ctx.now) {
            deliver(ctx, channel)?;
        }
    }
    Ok(())
}

/// When channels are to be looked after again; never where there are none.
///
/// # Errors
/// `InternalFailure` when the store fails.
pub(crate) fn next_delivery(ctx: &Context<'_>) -> Result<Option<Timestamp>, ApiError> {
    if ctx.store.list_channels("")?.is_empty() {
        return Ok(None);
    }
    // What is put from now on nobody knows yet.
    let look = ctx.now.plus_millis(LOOK_MS);
    let next = next_due(ctx)?.map_or(look, |due| due.min(look));
    Ok(Some(next.max(ctx.now.plus_millis(AGAIN_MS))))
}

/// When the next object is due, which is in the past for one that could not be written.
fn next_due(ctx: &Context<'_>) -> Result<Option<Timestamp>, ApiError> {
    let channels = ctx.store.list_channels("")?;
    let due = channels.iter().map(|channel| due(ctx, channel)).collect::<Result<Vec<_>, _>>()?;
    Ok(due.into_iter().flatten().min())
}

/// When a channel's next object is due.
fn due(ctx: &Context<'_>, channel: &ChannelRow) -> Result<Option<Timestamp>, ApiError> {
    let mut oldest: Option<Timestamp> = None;
    for shard in ctx.store.list_shards(channel.stream)? {
        let position = ctx.store.channel_position(&channel.id, shard.id)?;
        let arrival = ctx.store.first_arrival_from(channel.stream, shard.id, position)?;
        oldest = oldest.into_iter().chain(arrival).min();
    }
    Ok(oldest.map(|oldest| plan::due(oldest, channel.freshness_secs)))
}

/// Writes batch after batch, up to one that cannot be written.
fn deliver(ctx: &mut Context<'_>, mut channel: ChannelRow) -> Result<(), ApiError> {
    let settings = Settings::of(&channel)?;
    let shards = ctx.store.list_shards(channel.stream)?;
    let undelivered = shards.iter().map(|shard| Ok((shard.id, read_undelivered(ctx, &channel, shard)?)));
    let undelivered = undelivered.collect::<Result<Vec<_>, ApiError>>()?;
    let mut reason = None;
    for batch in plan::plan(undelivered, channel.freshness_secs, ctx.now) {
        reason = write(ctx, &channel, &settings, &shards, &batch)?;
        if reason.is_some() {
            break;
        }
        for (shard, records) in &batch.shards {
            if let Some(last) = records.last() {
                ctx.store.set_channel_position(&channel.id, *shard, last.counter + 1)?;
            }
        }
    }
    if channel.status_reason != reason {
        channel.status_reason = reason;
        ctx.store.update_channel(&channel)?;
    }
    Ok(())
}

/// What a shard holds from the channel's position on. How long the stream keeps records does not matter: it is longer
/// than any interval, so what is still there was delivered in time, however late this is called.
fn read_undelivered(
    ctx: &Context<'_>,
    channel: &ChannelRow,
    shard: &ShardRow,
) -> Result<VecDeque<Undelivered>, ApiError> {
    let position = ctx.store.channel_position(&channel.id, shard.id)?;
    let mut found = VecDeque::new();
    let always = Timestamp::from_millis(i64::MIN);
    ctx.store.visit_blocks(channel.stream, shard.id, position, always, |block| {
        let LogBlock { counter_first, arrival, records, .. } = block;
        let (packed, first) = (PackedRecords::of(records), position.saturating_sub(counter_first) as usize);
        let numbered = (counter_first + first as u64..).zip(packed.records(first..packed.len()));
        found.extend(numbered.map(|(counter, record)| Undelivered {
            counter,
            arrival,
            partition_key: record.partition_key.to_string(),
            data: record.data,
        }));
        ControlFlow::Continue(())
    })?;
    Ok(found)
}

/// Writes a batch: an object of what can be delivered, one of what cannot. `Some` says why it was not written.
fn write(
    ctx: &mut Context<'_>,
    channel: &ChannelRow,
    settings: &Settings,
    shards: &[ShardRow],
    batch: &Batch,
) -> Result<Option<String>, ApiError> {
    let format = settings.record.record_format_type.as_deref().and_then(RecordFormat::parse);
    let format = format.unwrap_or(RecordFormat::ByteArray);
    let stream_arn = stream::arn(ctx.identity, &channel.stream_name);
    let bodies = Bodies::new(format, &stream_arn, shards, batch);
    let (storage, dead_letters) = (&settings.storage, &settings.dead_letters);
    let bucket = bucket_name(storage.bucket_arn.as_deref());
    let dead_bucket = bucket_name(dead_letters.bucket_arn.as_deref());
    let needed = [
        (bodies.delivered.as_ref(), bucket, &storage.expected_bucket_owner),
        (bodies.rejected.as_ref(), dead_bucket, &dead_letters.expected_bucket_owner),
    ];
    for (_, bucket, owner) in needed.iter().filter(|(body, ..)| body.is_some()) {
        if let Some(reason) = unusable(ctx, bucket, owner.as_deref())? {
            return Ok(Some(reason));
        }
    }
    let variables = Variables {
        channel_name: &channel.name,
        channel_id: &channel.id,
        stream_name: &channel.stream_name,
        time: batch.due,
    };
    if let Some(body) = bodies.delivered {
        let template = storage.output_key_template.as_deref().unwrap_or(key_template::DEFAULT);
        let key = key_template::key(template, &variables, &suffix(ctx))?;
        if let Some(reason) = put(ctx, bucket, key, body)? {
            return Ok(Some(reason));
        }
    }
    match bodies.rejected {
        Some(body) => {
            let prefix = dead_letters.error_output_prefix.as_deref().unwrap_or_default();
            let key = key_template::key(ERROR_TEMPLATE, &variables, &suffix(ctx))?;
            put(ctx, dead_bucket, format!("{prefix}{key}"), body)
        }
        None => Ok(None),
    }
}

/// What makes a key unique.
fn suffix(ctx: &mut Context<'_>) -> String {
    let mut suffix = ctx.ids.next_hex();
    suffix.truncate(SUFFIX_DIGITS);
    suffix
}

/// Why nothing can be written to a bucket.
fn unusable(ctx: &Context<'_>, bucket: &str, owner: Option<&str>) -> Result<Option<String>, ApiError> {
    if ctx.store.find_bucket(bucket)?.is_none() {
        return Ok(Some(format!("The bucket {bucket} does not exist.")));
    }
    let mismatch = owner.filter(|owner| *owner != ctx.identity.account);
    Ok(mismatch.map(|owner| format!("The bucket {bucket} does not belong to the expected owner {owner}.")))
}

/// Writes an object. `Some` says why it was not written.
fn put(ctx: &mut Context<'_>, bucket: &str, key: String, body: Vec<u8>) -> Result<Option<String>, ApiError> {
    match PutObject::call(ctx, PutObjectRequest::new(bucket, key, body)) {
        Ok(_) => Ok(None),
        Err(error) if error.code == ErrorCode::InternalFailure => Err(error),
        Err(error) => Ok(Some(format!("The bucket {bucket} refused an object: {}", error.message))),
    }
}

/// The contents of the objects of a batch; none is empty.
struct Bodies {
    delivered: Option<Vec<u8>>,
    rejected: Option<Vec<u8>>,
}

impl Bodies {
    fn new(format: RecordFormat, stream_arn: &str, shards: &[ShardRow], batch: &Batch) -> Self {
        let (mut delivered, mut rejected) = (None, None);
        for (id, records) in &batch.shards {
            for record in records {
                match format.refusal(&record.data) {
                    None => format.append(delivered.get_or_insert_default(), &record.data),
                    Some(reason) => {
                        let created = shards.iter().find(|shard| shard.id == *id).map(|shard| shard.created);
                        let letter =
                            DeadLetter::new(stream_arn, *id, created.unwrap_or_default(), record, reason);
                        letter.append(rejected.get_or_insert_default());
                    }
                }
            }
        }
        Self { delivered, rejected }
    }
}

/// A record that was not delivered, and why: a line of JSON. AWS says that there are the stream's ARN, the shard, the
/// sequence number and the error; the names are those of Firehose's error records, where it has them.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct DeadLetter<'a> {
    stream_arn: &'a str,
    arrival_timestamp: i64,
    error_code: &'static str,
    error_message: String,
    shard_id: ShardId,
    sequence_number: SequenceNumber,
    partition_key: String,
    /// Base64.
    raw_data: String,
}

impl<'a> DeadLetter<'a> {
    fn new(
        stream_arn: &'a str,
        shard: ShardId,
        shard_created: Timestamp,
        record: &Undelivered,
        reason: String,
    ) -> Self {
        Self {
            stream_arn,
            arrival_timestamp: record.arrival.as_millis(),
            error_code: "InvalidRecordFormat",
            error_message: reason,
            shard_id: shard,
            sequence_number: SequenceNumber::new(shard, shard_created, record.counter, record.arrival),
            partition_key: record.partition_key.clone(),
            raw_data: base64::encode(&record.data),
        }
    }

    fn append(&self, lines: &mut Vec<u8>) {
        serde_json::to_writer(&mut *lines, self).expect("memory takes every dead letter");
        lines.push(b'\n');
    }
}

#[cfg(test)]
#[path = "delivery_tests.rs"]
mod tests;
