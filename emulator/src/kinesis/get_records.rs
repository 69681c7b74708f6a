//! `GetRecords`: the next records of a shard, and an iterator for those after them.
//! Source: <https://docs.aws.amazon.com/kinesis/latest/APIReference/API_GetRecords.html>

use std::ops::ControlFlow;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::record_block::PackedRecords;
use super::shard_iterator::ShardIterator;
use super::{
    GET_RECORDS_BYTES_MAX, GET_RECORDS_ENTRIES_MAX, HashKeyRange, PartitionKey, RecordSpan, SequenceNumber,
    ShardId, errors, stream,
};
use crate::base64;
use crate::error::ApiError;
use crate::operation::{Context, Operation};
use crate::settings::Limits;
use crate::store::{LogBlock, ShardRow, StreamRow};
use crate::time::Timestamp;
use crate::validation::Constraint::*;
use crate::validation::{Rule, field, number, required, text};

/// See the module.
pub struct GetRecords;

impl Operation for GetRecords {
    const NAME: &'static str = GetRecordSpans::NAME;
    const RULES: &'static [Rule<GetRecordsRequest>] = GetRecordSpans::RULES;
    const READS_ONLY: bool = GetRecordSpans::READS_ONLY;
    type Request = GetRecordsRequest;
    type Response = GetRecordsResponse;

    fn call(ctx: &mut Context<'_>, request: GetRecordsRequest) -> Result<GetRecordsResponse, ApiError> {
        let page = GetRecordSpans::call(ctx, request)?;
        Ok(GetRecordsResponse {
            records: records(&page.spans),
            next_shard_iterator: page.next_shard_iterator,
            millis_behind_latest: page.millis_behind_latest,
            child_shards: page.child_shards,
        })
    }
}

/// `GetRecords` for those who are in the process: the same page of records, as they lie.
pub struct GetRecordSpans;

impl Operation for GetRecordSpans {
    const NAME: &'static str = "Kinesis_20131202.GetRecords";
    const RULES: &'static [Rule<GetRecordsRequest>] = &[
        field("limit", |r| number(&r.limit), &[Range(1, GET_RECORDS_ENTRIES_MAX as i64)]),
        field("shardIterator", |r| text(&r.shard_iterator), &[Required, Length(1, 512)]),
        field("streamARN", |r| text(&r.stream_arn), stream::ARN),
    ];
    const READS_ONLY: bool = true;
    type Request = GetRecordsRequest;
    type Response = RecordSpansPage;

    fn call(ctx: &mut Context<'_>, request: GetRecordsRequest) -> Result<RecordSpansPage, ApiError> {
        let iterator = ShardIterator::decode(&required(request.shard_iterator), ctx.now)?;
        let (stream, shard) = find_shard(ctx, &iterator)?;
        if request.dry_run == Some(true) {
            return Err(errors::dry_run());
        }
        let throttled = ctx.settings.limits == Limits::Aws;
        if throttled && !ctx.volatile.throttle.read(stream.id, shard.id, ctx.now) {
            return Err(errors::throttled(shard.id, &stream.name, &ctx.identity.account));
        }
        let limit = request.limit.map_or(GET_RECORDS_ENTRIES_MAX, |limit| limit as usize);
        let page = PageRead::read(ctx, &stream, &shard, iterator.counter, limit)?;
        if throttled {
            ctx.volatile.throttle.given(stream.id, shard.id, page.bytes, ctx.now);
        }
        let next = ShardIterator { counter: page.counter_next, issued: ctx.now, ..iterator };
        Ok(RecordSpansPage {
            spans: page.spans,
            next_shard_iterator: page.child_shards.is_none().then(|| next.encode()),
            millis_behind_latest: page.millis_behind_latest,
            child_shards: page.child_shards,
        })
    }
}

/// The records of a shard from some number on, as far as they fit into one answer.
pub(super) struct PageRead {
    pub spans: Vec<RecordSpan>,
    /// Number of the first record of the next page.
    pub counter_next: u64,
    pub millis_behind_latest: i64,
    /// Which shards took over; there only when a closed shard has nothing more to give.
    pub child_shards: Option<Vec<ChildShard>>,
    /// Of the records, partition keys included.
    pub bytes: usize,
}

impl PageRead {
    pub fn read(
        ctx: &Context<'_>,
        stream: &StreamRow,
        shard: &ShardRow,
        counter: u64,
        limit: usize,
    ) -> Result<Self, ApiError> {
        let encryption_type = stream.key_id.as_ref().map(|_| stream.encryption_type());
        let mut page = Page::new(shard, counter, limit, encryption_type);
        let horizon = stream.trim_horizon(ctx.now);
        ctx.store.visit_blocks(stream.id, shard.id, counter, horizon, |block| page.take_block(block))?;
        // The page with a shard's last records does not yet say that they are the last (kinesalite's tests).
        let ended =
            shard.closed.is_some() && page.spans.is_empty() && page.counter_next() >= shard.counter_next;
        Ok(Self {
            counter_next: page.counter_next(),
            millis_behind_latest: page.millis_behind_latest(ctx.now),
            child_shards: if ended { Some(children(ctx, stream, shard)?) } else { None },
            bytes: page.bytes,
            spans: page.spans,
        })
    }
}

/// The records of spans, each by itself.
pub(super) fn records(spans: &[RecordSpan]) -> Vec<Record> {
    let mut records = Vec::with_capacity(spans.iter().map(RecordSpan::len).sum());
    records.extend(spans.iter().flat_map(|span| span.records(0..span.len())));
    records
}

/// What `GetRecords` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct GetRecordsRequest {
    /// Required: from `GetShardIterator` or an earlier `GetRecords`.
    pub shard_iterator: Option<String>,
    /// Records in one answer, at most; 10,000 when absent.
    #[serde(deserialize_with = "crate::codec::integer")]
    pub limit: Option<i32>,
    /// The stream, by ARN; the iterator says it already.
    #[serde(rename = "StreamARN")]
    pub stream_arn: Option<String>,
    /// Only asks whether it would work; the answer is an error then.
    pub dry_run: Option<bool>,
}

impl GetRecordsRequest {
    /// Gets as many records as fit.
    pub fn new(shard_iterator: impl Into<String>) -> Self {
        Self { shard_iterator: Some(shard_iterator.into()), ..Self::default() }
    }
}

/// What `GetRecords` answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct GetRecordsResponse {
    /// Records in the order of their sequence numbers.
    pub records: Vec<Record>,
    /// For the records after these; absent once a closed shard has nothing more to give.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_shard_iterator: Option<String>,
    /// How old the last of these records is, in milliseconds, at least 1; 0 when there are no more.
    pub millis_behind_latest: i64,
    /// Which shards took over, once a closed shard has nothing more to give.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub child_shards: Option<Vec<ChildShard>>,
}

/// What [`GetRecordSpans`] answers.
#[derive(Debug, Clone)]
pub struct RecordSpansPage {
    /// Records in the order of their sequence numbers.
    pub spans: Vec<RecordSpan>,
    /// As in [`GetRecordsResponse`].
    pub next_shard_iterator: Option<String>,
    /// As in [`GetRecordsResponse`].
    pub millis_behind_latest: i64,
    /// As in [`GetRecordsResponse`].
    pub child_shards: Option<Vec<ChildShard>>,
}

/// A shard that took over from a closed one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ChildShard {
    /// Its name.
    pub shard_id: ShardId,
    /// The shard that was split, or the two that were merged.
    pub parent_shards: Vec<ShardId>,
    /// The hash keys it owns.
    pub hash_key_range: HashKeyRange,
}

/// A record of a shard.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Record {
    /// Its place in the shard.
    pub sequence_number: SequenceNumber,
    /// When it was put.
    pub approximate_arrival_timestamp: Timestamp,
    /// What was put; shares memory with the records that were put in the same call.
    #[serde(with = "base64::blob")]
    pub data: Bytes,
    /// Under which key; absent where records are spread whatever their keys.
    #[serde(skip_serializing_if = "PartitionKey::is_empty")]
    pub partition_key: PartitionKey,
    /// `KMS` where the stream is encrypted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encryption_type: Option<&'static str>,
}

fn find_shard(ctx: &Context<'_>, iterator: &ShardIterator) -> Result<(StreamRow, ShardRow), ApiError> {
    let account = &ctx.identity.account;
    let missing = || errors::shard_does_not_exist(iterator.shard, &iterator.stream, account);
    let stream = ctx.store.find_stream(&iterator.stream)?.ok_or_else(missing)?;
    if stream.created != iterator.stream_created {
        return Err(missing());
    }
    let shard = ctx.store.find_shard(stream.id, iterator.shard)?.filter(|row| stream.keeps(row, ctx.now));
    Ok((stream, shard.ok_or_else(missing)?))
}

fn children(ctx: &Context<'_>, stream: &StreamRow, parent: &ShardRow) -> Result<Vec<ChildShard>, ApiError> {
    let child = |row: ShardRow| ChildShard {
        shard_id: row.id,
        parent_shards: row.parent.into_iter().chain(row.adjacent_parent).collect(),
        hash_key_range: row.hash_keys,
    };
    Ok(ctx.store.list_children(stream.id, parent.id)?.into_iter().map(child).collect())
}

/// Collects records up to the limits of one answer.
struct Page<'a> {
    shard: &'a ShardRow,
    /// Number of the first record wanted.
    start: u64,
    limit: usize,
    records: usize,
    bytes: usize,
    full: bool,
    encryption_type: Option<&'static str>,
    spans: Vec<RecordSpan>,
}

impl<'a> Page<'a> {
    fn new(shard: &'a ShardRow, start: u64, limit: usize, encryption_type: Option<&'static str>) -> Self {
        Self { shard, start, limit, records: 0, bytes: 0, full: false, encryption_type, spans: vec![] }
    }

    /// Takes the records of a block as far as they fit. The first always fits.
    fn take_block(&mut self, block: LogBlock) -> ControlFlow<()> {
        let LogBlock { counter_first, arrival, records, .. } = block;
        let block = PackedRecords::of(records);
        let first = self.start.saturating_sub(counter_first) as usize;
        let mut end = first;
        for size in block.sizes().skip(first) {
            let bytes = self.bytes + size;
            let fits = self.records == 0 || bytes <= GET_RECORDS_BYTES_MAX;
            if self.records == self.limit || !fits {
                self.full = true;
                break;
            }
            (self.bytes, self.records, end) = (bytes, self.records + 1, end + 1);
        }
        if end > first {
            self.spans.push(RecordSpan {
                shard: self.shard.id,
                shard_created: self.shard.created,
                arrival,
                counter_first,
                encryption_type: self.encryption_type,
                block,
                places: first..end,
            });
        }
        if self.full { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    /// Number of the first record of the next page.
    fn counter_next(&self) -> u64 {
        match self.spans.last() {
            Some(last) if self.full => last.last().counter() + 1,
            // All there is has been read. What was not seen between has expired.
            _ => self.start.max(self.shard.counter_next),
        }
    }

    fn millis_behind_latest(&self, now: Timestamp) -> i64 {
        match self.spans.last() {
            // Consumers stop at 0, so it is kept for "there is no more", even where the records left
            // arrived at this very moment: virtual time may stand still between calls.
            Some(last) if self.full => now.millis_since(last.arrival).max(1),
            _ => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorCode;
    use crate::kinesis::{
        CreateStream, CreateStreamRequest, DeleteStream, DeleteStreamRequest, GetShardIterator,
        GetShardIteratorRequest, PutRecords, PutRecordsRequest, PutRecordsRequestEntry,
    };
    use crate::{Emulator, Identity, Storage};

    const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);
    const HOUR_MS: i64 = 3_600_000;

    fn emulator() -> Emulator {
        let emulator = Emulator::open(Storage::Memory, Identity::default()).unwrap();
        let request = CreateStreamRequest::new("orders", 1);
        emulator.call::<CreateStream>(NOW, request).unwrap();
        emulator
    }

    fn put(emulator: &Emulator, now: Timestamp, sizes: &[usize]) {
        let entries = sizes.iter().map(|size| PutRecordsRequestEntry::new("k", vec![b'x'; *size]));
        let request = PutRecordsRequest::new("orders", entries.collect());
        emulator.call::<PutRecords>(now, request).unwrap();
    }

    fn iterator(emulator: &Emulator, now: Timestamp) -> String {
        let request = GetShardIteratorRequest::new("orders", ShardId::new(0), "TRIM_HORIZON");
        emulator.call::<GetShardIterator>(now, request).unwrap().shard_iterator
    }

    fn get(emulator: &Emulator, now: Timestamp, iterator: &str, limit: i32) -> GetRecordsResponse {
        let request = GetRecordsRequest { limit: Some(limit), ..GetRecordsRequest::new(iterator) };
        emulator.call::<GetRecords>(now, request).unwrap()
    }

    fn sizes(response: &GetRecordsResponse) -> Vec<usize> {
        response.records.iter().map(|record| record.data.len()).collect()
    }

    #[test]
    fn pages_go_on_where_the_last_ended_across_and_inside_blocks() {
        let emulator = emulator();
        put(&emulator, NOW, &[1, 2, 3]);
        put(&emulator, NOW.plus_millis(10), &[4, 5]);
        let mut next = iterator(&emulator, NOW.plus_millis(20));
        let mut seen = Vec::new();
        for (behind, expected) in [(20, 2), (10, 2), (0, 1), (0, 0)] {
            let page = get(&emulator, NOW.plus_millis(20), &next, 2);
            assert_eq!(page.millis_behind_latest, behind);
            assert_eq!(page.records.len(), expected);
            seen.extend(sizes(&page));
            next = page.next_shard_iterator.unwrap();
        }
        assert_eq!(seen, [1, 2, 3, 4, 5]);
        put(&emulator, NOW.plus_millis(30), &[6]);
        assert_eq!(sizes(&get(&emulator, NOW.plus_millis(30), &next, 2)), [6]);
    }

    #[test]
    fn page_that_ends_with_the_shard_is_not_behind() {
        let emulator = emulator();
        put(&emulator, NOW, &[1, 2]);
        let iterator = iterator(&emulator, NOW);
        let page = get(&emulator, NOW.plus_millis(50), &iterator, 2);
        assert_eq!(page.records.len(), 2);
        assert_eq!(page.millis_behind_latest, 0);
    }

    #[test]
    fn page_before_others_is_behind_even_when_time_stands_still() {
        let emulator = emulator();
        put(&emulator, NOW, &[1, 2]);
        let page = get(&emulator, NOW, &iterator(&emulator, NOW), 1);
        assert_eq!(page.millis_behind_latest, 1);
    }

    #[test]
    fn answer_has_ten_mebibytes_at_most() {
        let emulator = emulator();
        let almost_one_mebibyte = (1 << 20) - 1;
        for _ in 0..12 {
            put(&emulator, NOW, &[almost_one_mebibyte]);
        }
        let page = get(&emulator, NOW, &iterator(&emulator, NOW), 10_000);
        assert_eq!(page.records.len(), 10);
        let rest = get(&emulator, NOW, &page.next_shard_iterator.unwrap(), 10_000);
        assert_eq!(rest.records.len(), 2);
    }

    #[test]
    fn records_are_gone_after_the_retention_period() {
        let emulator = emulator();
        put(&emulator, NOW, &[1]);
        put(&emulator, NOW.plus_millis(HOUR_MS), &[2]);
        let day_later = NOW.plus_millis(24 * HOUR_MS);
        let page = get(&emulator, day_later, &iterator(&emulator, day_later), 10);
        assert_eq!(sizes(&page), [1, 2]);
        let day_later = day_later.plus_millis(1);
        let page = get(&emulator, day_later, &iterator(&emulator, day_later), 10);
        assert_eq!(sizes(&page), [2]);
        // What a put trims was not visible any more, and numbers go on.
        let much_later = day_later.plus_millis(24 * HOUR_MS);
        put(&emulator, much_later, &[3]);
        let page = get(&emulator, much_later, &iterator(&emulator, much_later), 10);
        assert_eq!(sizes(&page), [3]);
        assert_eq!(page.records[0].sequence_number.counter(), 3);
    }

    #[test]
    fn iterator_of_a_deleted_stream_finds_nothing_even_after_recreation() {
        let emulator = emulator();
        let iterator = iterator(&emulator, NOW);
        let request = DeleteStreamRequest::new("orders");
        emulator.call::<DeleteStream>(NOW, request).unwrap();
        let refused = |now| {
            let request = GetRecordsRequest::new(&iterator);
            let error = emulator.call::<GetRecords>(now, request).unwrap_err();
            assert_eq!(error.code, ErrorCode::ResourceNotFoundException);
            assert_eq!(
                error.message,
                "Shard shardId-000000000000 in stream orders under account 123456789012 \
                 does not exist"
            );
        };
        refused(NOW);
        let later = NOW.plus_millis(1);
        let request = CreateStreamRequest::new("orders", 1);
        emulator.call::<CreateStream>(later, request).unwrap();
        refused(later);
    }

    #[test]
    fn expired_iterator_is_refused() {
        let emulator = emulator();
        let request = GetRecordsRequest::new(iterator(&emulator, NOW));
        let later = NOW.plus_millis(300_001);
        let error = emulator.call::<GetRecords>(later, request).unwrap_err();
        assert_eq!(error.code, ErrorCode::ExpiredIteratorException);
    }
}
