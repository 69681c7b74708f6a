//! The Kinesis source: reads shards through [`StreamApi`], with Glue's connection options.
//!
//! Kinesis does not say where a shard ends, so the source finds the end of a batch by reading: [`Source::latest`]
//! fetches up to the tip (or the limit) and keeps what it fetched, [`Source::read`] hands it over. The offset log
//! is written between the two, and a replayed batch reads the shard again exactly up to the logged sequence
//! number, so planned-then-read holds where it can be observed.
//!
//! Source: `KinesisV2MicrobatchStream` (awslabs/spark-sql-kinesis-connector), Glue's `KinesisStreamingSourceOptions`.

use std::collections::BTreeMap;

use super::{OffsetRange, Offsets, ShardOffset, Source, SourceRead, SourceRecord};
use crate::error::{EngineError, Result};
use crate::ports::{PortError, RecordsPage, ShardRecord, StartPosition, StreamApi};

/// Where to start without a checkpoint (Glue `startingPosition`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum InitialPosition {
    /// Only what arrives from now on: Glue's default.
    #[default]
    Latest,
    /// Everything that the stream keeps.
    TrimHorizon,
}

/// Glue's connection options, under Glue's names and defaults.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KinesisOptions {
    /// `startingPosition`
    pub starting_position: InitialPosition,
    /// `maxFetchRecordsPerShard`: records per shard and batch; what one call returned may exceed it.
    pub fetch_records_per_shard_max: usize,
    /// `maxRecordPerRead`: records per call.
    pub records_per_read_max: usize,
    /// `avoidEmptyBatches`: false runs a batch at every trigger, even without records.
    pub avoid_empty_batches: bool,
}

impl Default for KinesisOptions {
    fn default() -> Self {
        Self {
            starting_position: InitialPosition::Latest,
            fetch_records_per_shard_max: 100_000,
            records_per_read_max: 10_000,
            avoid_empty_batches: false,
        }
    }
}

/// One stream, read shard by shard.
pub struct KinesisSource {
    stream: String,
    options: KinesisOptions,
    api: Box<dyn StreamApi>,
    /// What [`Source::latest`] fetched, and the range it belongs to.
    fetched: Option<(OffsetRange, SourceRead)>,
    /// Per shard, the iterator that the last read ended with and the offset that it stands at.
    cursors: BTreeMap<String, (ShardOffset, String)>,
}

impl KinesisSource {
    /// A source over one stream.
    pub fn new(stream: impl Into<String>, options: KinesisOptions, api: Box<dyn StreamApi>) -> Self {
        Self { stream: stream.into(), options, api, fetched: None, cursors: BTreeMap::new() }
    }

    fn shards(&mut self) -> Result<Vec<String>> {
        let mut shards =
            self.api.list_shards(&self.stream).map_err(|e| failed("ListShards", &self.stream, e))?;
        shards.sort();
        Ok(shards)
    }

    /// Reads one shard from `start`, page by page, until `done` says that the records so far are enough.
    fn read_shard(
        &mut self,
        shard: &str,
        start: &ShardOffset,
        mut done: impl FnMut(&[ShardRecord]) -> bool,
    ) -> Result<Vec<ShardRecord>> {
        let mut page = self.first_page(shard, start)?;
        let mut records = Vec::new();
        loop {
            records.append(&mut page.records);
            let Some(next) = page.next_iterator.take() else { return Ok(records) };
            if page.behind_millis == 0 || done(&records) {
                let at = records.last().map(|r| ShardOffset::After(r.sequence_number.clone()));
                self.cursors.insert(shard.to_owned(), (at.unwrap_or_else(|| start.clone()), next));
                return Ok(records);
            }
            page = self.page(&next)?;
        }
    }

    /// The first page behind `start`: through the iterator that stands there, if there is one and it has not
    /// expired, else through a new one.
    fn first_page(&mut self, shard: &str, start: &ShardOffset) -> Result<RecordsPage> {
        if let Some((at, iterator)) = self.cursors.remove(shard)
            && at == *start
            && let Ok(page) = self.page(&iterator)
        {
            return Ok(page);
        }
        let position = match start {
            ShardOffset::TrimHorizon => StartPosition::TrimHorizon,
            ShardOffset::AtTimestamp(millis) => StartPosition::AtTimestamp(*millis),
            ShardOffset::After(sequence_number) => StartPosition::AfterSequenceNumber(sequence_number),
        };
        let iterator = self.api.shard_iterator(&self.stream, shard, position);
        self.page(&iterator.map_err(|e| failed("GetShardIterator", &self.stream, e))?)
    }

    fn page(&mut self, iterator: &str) -> Result<RecordsPage> {
        let page = self.api.get_records(iterator, self.options.records_per_read_max);
        page.map_err(|e| failed("GetRecords", &self.stream, e))
    }
}

fn failed(operation: &str, stream: &str, source: PortError) -> EngineError {
    EngineError::Port { operation: format!("{operation} on stream `{stream}`"), source }
}

/// Appends one shard's records to a read.
fn append(read: &mut SourceRead, shard: &str, records: Vec<ShardRecord>) {
    if records.is_empty() {
        return;
    }
    let index = read.shards.len() as u32;
    read.shards.push(shard.to_owned());
    read.records.extend(records.into_iter().map(|r| SourceRecord {
        shard: index,
        sequence_number: r.sequence_number,
        partition_key: r.partition_key,
        arrival_millis: r.arrival_millis,
        data: r.data,
    }));
}

impl Source for KinesisSource {
    fn initial(&mut self, now_millis: i64) -> Result<Offsets> {
        let start = match self.options.starting_position {
            InitialPosition::TrimHorizon => ShardOffset::TrimHorizon,
            InitialPosition::Latest => ShardOffset::AtTimestamp(now_millis),
        };
        let shards = self.shards()?;
        Ok(Offsets(shards.into_iter().map(|shard| (shard, start.clone())).collect()))
    }

    fn latest(&mut self, start: &Offsets) -> Result<Offsets> {
        let limit = self.options.fetch_records_per_shard_max;
        let mut end = start.clone();
        for shard in self.shards()? {
            // A shard that appeared since belongs to a resharding: nothing of it has been read.
            end.0.entry(shard).or_insert(ShardOffset::TrimHorizon);
        }
        let mut read = SourceRead::default();
        for (shard, offset) in &mut end.0 {
            let records = self.read_shard(shard, offset, |records| records.len() >= limit)?;
            if let Some(last) = records.last() {
                *offset = ShardOffset::After(last.sequence_number.clone());
            }
            append(&mut read, shard, records);
        }
        self.fetched = Some((OffsetRange { start: start.clone(), end: end.clone() }, read));
        Ok(end)
    }

    fn read(&mut self, range: &OffsetRange) -> Result<SourceRead> {
        if let Some((fetched, read)) = self.fetched.take()
            && fetched == *range
        {
            return Ok(read);
        }
        let mut read = SourceRead::default();
        let changed: BTreeMap<_, _> =
            range.end.0.iter().filter(|(shard, end)| range.start.0.get(*shard) != Some(end)).collect();
        for (shard, end) in changed {
            let ShardOffset::After(last) = end else { continue };
            let start = range.start.0.get(shard).unwrap_or(&ShardOffset::TrimHorizon);
            let reached = |records: &[ShardRecord]| records.iter().any(|r| r.sequence_number == *last);
            let mut records = self.read_shard(shard, start, reached)?;
            let Some(end) = records.iter().position(|r| r.sequence_number == *last) else {
                let lost = format!("record {last} of shard {shard} is no longer kept");
                return Err(failed("replaying a batch", &self.stream, lost.into()));
            };
            records.truncate(end + 1);
            append(&mut read, shard, records);
        }
        Ok(read)
    }

    fn always_new(&self) -> bool {
        !self.options.avoid_empty_batches
    }
}
