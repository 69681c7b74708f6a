//! The Kinesis source: reads shards through [`StreamApi`], with Glue's connection options.
//!
//! Kinesis does not say where a shard ends, so the source finds the end of a batch by reading: [`Source::latest`]
//! fetches up to the tip (or the limit) and keeps what it fetched, [`Source::read`] hands it over. The offset log
//! is written between the two, and a replayed batch reads the shard again exactly up to the logged sequence
//! number, so planned-then-read holds where it can be observed.
//!
//! **Resharding.** A shard that appears while the query runs came of others: all of it is read. Its id is greater than
//! theirs, so within a batch what they hold comes first; it does not wait for the batch in which they end. The offset
//! of a shard that is read to its end stays as long as the stream lists the shard, so that it is not taken for a new
//! one. What the stream does not list any more is forgotten.
//!
//! **Failures.** A call that is throttled is made again, after pauses that grow; how to wait is the port's business,
//! since time is ([`StreamApi::pause`]). An iterator that has expired is replaced. Everything else fails the batch.
//!
//! Source: `KinesisV2MicrobatchStream` (awslabs/spark-sql-kinesis-connector), Glue's `KinesisStreamingSourceOptions`.

use std::collections::{BTreeMap, BTreeSet};

use super::{OffsetRange, Offsets, Records, ShardOffset, Source, SourceRead};
use crate::error::{EngineError, Result};
use crate::ports::{FailureKind, PortError, PortFailure, PortResult, RecordsPage, StartPosition, StreamApi};

/// Where to start without a checkpoint (Glue `startingPosition`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum InitialPosition {
    /// Only what arrives from now on: Glue's default.
    #[default]
    Latest,
    /// Everything that the stream keeps.
    TrimHorizon,
    /// What has arrived from an instant on, in milliseconds since 1970.
    AtTimestamp(i64),
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
    /// `describeShardInterval`: shards are listed again after so many milliseconds at the earliest.
    pub describe_shard_interval_millis: i64,
    /// `idleTimeBetweenReadsInMs` where `addIdleTimeBetweenReads` is set: the pause between two calls for records.
    pub idle_between_reads_millis: Option<u64>,
    /// `numRetries`: how often a throttled call is made again.
    pub retries: u32,
    /// `retryIntervalMs`: the pause before the first of these; each next one is twice as long.
    pub retry_interval_millis: u64,
    /// `maxRetryIntervalMs`: the longest such pause.
    pub retry_interval_millis_max: u64,
}

impl Default for KinesisOptions {
    fn default() -> Self {
        Self {
            starting_position: InitialPosition::Latest,
            fetch_records_per_shard_max: 100_000,
            records_per_read_max: 10_000,
            avoid_empty_batches: false,
            describe_shard_interval_millis: 1000,
            idle_between_reads_millis: None,
            retries: 3,
            retry_interval_millis: 1000,
            retry_interval_millis_max: 10_000,
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
    /// Closed shards that were read to their end, and the offset of the end.
    ended: BTreeMap<String, ShardOffset>,
    /// When the shards were listed last, and which there were.
    listed: Option<(i64, BTreeSet<String>)>,
}

impl KinesisSource {
    /// A source over one stream.
    pub fn new(stream: impl Into<String>, options: KinesisOptions, api: Box<dyn StreamApi>) -> Self {
        let (cursors, ended) = (BTreeMap::new(), BTreeMap::new());
        Self { stream: stream.into(), options, api, fetched: None, cursors, ended, listed: None }
    }

    /// The shards that there are, or were when they were listed last, if that is not long ago.
    fn shards(&mut self, now_millis: i64) -> Result<BTreeSet<String>> {
        let interval = self.options.describe_shard_interval_millis;
        if let Some((at, shards)) = &self.listed
            && (0..interval).contains(&(now_millis - at))
        {
            return Ok(shards.clone());
        }
        let shards = self.call("ListShards", |api, stream| api.list_shards(stream))?;
        let shards: BTreeSet<String> = shards.into_iter().collect();
        self.listed = Some((now_millis, shards.clone()));
        Ok(shards)
    }

    /// Appends the records of one shard from `start` on, page by page, until `done` says that those from a place in the
    /// batch on are enough. Returns where the shard stands then.
    fn read_shard(
        &mut self,
        read: &mut SourceRead,
        shard: &str,
        start: &ShardOffset,
        mut done: impl FnMut(&Records, usize) -> bool,
    ) -> Result<ShardOffset> {
        if self.ended.get(shard) == Some(start) {
            return Ok(start.clone());
        }
        let (first, index) = (read.records.len(), read.shards.len() as u32);
        let reached = |read: &SourceRead| reached(&read.records, first, start);
        let mut iterator = match self.cursors.remove(shard) {
            Some((at, iterator)) if at == *start => iterator,
            _ => self.iterator(shard, start)?,
        };
        loop {
            let page = self.page(shard, iterator, &reached(read))?;
            page.records.into_iter().for_each(|run| read.records.push(index, run));
            if read.records.len() > first && read.shards.len() as u32 == index {
                read.shards.push(shard.to_owned());
            }
            let Some(next) = page.next_iterator else {
                self.ended.insert(shard.to_owned(), reached(read));
                // Others have taken over.
                self.listed = None;
                return Ok(reached(read));
            };
            if page.behind_millis == 0 || done(&read.records, first) {
                self.cursors.insert(shard.to_owned(), (reached(read), next));
                return Ok(reached(read));
            }
            iterator = next;
            if let Some(millis) = self.options.idle_between_reads_millis {
                self.api.pause(millis);
            }
        }
    }

    /// The page at an iterator that stands at `at`; if it has expired, through a new one.
    fn page(&mut self, shard: &str, iterator: String, at: &ShardOffset) -> Result<RecordsPage> {
        match self.get_records(&iterator) {
            Err(EngineError::Port { source, .. })
                if PortFailure::kind_of(&source) == Some(FailureKind::ExpiredIterator) =>
            {
                let iterator = self.iterator(shard, at)?;
                self.get_records(&iterator)
            }
            page => page,
        }
    }

    fn get_records(&mut self, iterator: &str) -> Result<RecordsPage> {
        let limit = self.options.records_per_read_max;
        self.call("GetRecords", |api, _| api.get_records(iterator, limit))
    }

    fn iterator(&mut self, shard: &str, at: &ShardOffset) -> Result<String> {
        let position = match at {
            ShardOffset::TrimHorizon => StartPosition::TrimHorizon,
            ShardOffset::AtTimestamp(millis) => StartPosition::AtTimestamp(*millis),
            ShardOffset::After(sequence_number) => StartPosition::AfterSequenceNumber(sequence_number),
        };
        self.call("GetShardIterator", |api, stream| api.shard_iterator(stream, shard, position))
    }

    /// Makes a call, again while it is throttled.
    fn call<T>(
        &mut self,
        operation: &str,
        call: impl Fn(&mut dyn StreamApi, &str) -> PortResult<T>,
    ) -> Result<T> {
        let (mut retries, mut pause) = (0, self.options.retry_interval_millis);
        loop {
            match call(self.api.as_mut(), &self.stream) {
                Err(error)
                    if retries < self.options.retries
                        && PortFailure::kind_of(&error) == Some(FailureKind::Throttled) =>
                {
                    self.api.pause(pause.min(self.options.retry_interval_millis_max));
                    (retries, pause) = (retries + 1, pause.saturating_mul(2));
                }
                answer => return answer.map_err(|error| failed(operation, &self.stream, error)),
            }
        }
    }
}

/// Where a shard stands when the records from `first` on were read of it.
fn reached(records: &Records, first: usize, start: &ShardOffset) -> ShardOffset {
    match records.len().checked_sub(1).filter(|last| *last >= first).and_then(|last| records.get(last)) {
        Some(last) => ShardOffset::After(last.sequence_number.to_string()),
        None => start.clone(),
    }
}

fn failed(operation: &str, stream: &str, source: PortError) -> EngineError {
    EngineError::Port { operation: format!("{operation} on stream `{stream}`"), source }
}

impl Source for KinesisSource {
    fn initial(&mut self, now_millis: i64) -> Result<Offsets> {
        let start = match self.options.starting_position {
            InitialPosition::TrimHorizon => ShardOffset::TrimHorizon,
            InitialPosition::Latest => ShardOffset::AtTimestamp(now_millis),
            InitialPosition::AtTimestamp(millis) => ShardOffset::AtTimestamp(millis),
        };
        let shards = self.shards(now_millis)?;
        Ok(Offsets(shards.into_iter().map(|shard| (shard, start.clone())).collect()))
    }

    fn latest(&mut self, start: &Offsets, now_millis: i64) -> Result<Offsets> {
        let limit = self.options.fetch_records_per_shard_max;
        let shards = self.shards(now_millis)?;
        let (mut end, mut read) = (start.clone(), SourceRead::default());
        for shard in &shards {
            let offset = start.0.get(shard).unwrap_or(&ShardOffset::TrimHorizon);
            let reached =
                self.read_shard(&mut read, shard, offset, |records, first| records.len() - first >= limit)?;
            if reached != *offset {
                end.0.insert(shard.clone(), reached);
            }
        }
        if end != *start {
            // That something is gone is no news by itself.
            end.0.retain(|shard, _| shards.contains(shard));
            self.ended.retain(|shard, _| shards.contains(shard));
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
            let first = read.records.len();
            let position = |records: &Records| {
                let found = records.range(first..records.len()).position(|r| r.sequence_number == **last);
                found.map(|position| first + position)
            };
            self.read_shard(&mut read, shard, start, |records, _| position(records).is_some())?;
            let Some(end) = position(&read.records) else {
                let lost = format!("record {last} of shard {shard} is no longer kept");
                return Err(failed("replaying a batch", &self.stream, lost.into()));
            };
            read.records.truncate(end + 1);
        }
        Ok(read)
    }

    fn always_new(&self) -> bool {
        !self.options.avoid_empty_batches
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::rc::Rc;
    use std::sync::Arc;

    use super::*;
    use crate::ports::ShardRecord;
    use crate::source::SourceRecord;

    /// A stream in memory that can be resharded, throttled and made to forget. Record n of a shard arrived at n ms.
    #[derive(Default)]
    struct Stream {
        shards: BTreeMap<String, Shard>,
        /// How many calls of an operation are still refused, and in which way.
        refusals: BTreeMap<&'static str, (u32, Option<FailureKind>)>,
        /// Iterators of earlier ages have expired.
        age: u32,
        calls: Vec<&'static str>,
    }

    #[derive(Default)]
    struct Shard {
        data: Vec<String>,
        closed: bool,
    }

    #[derive(Clone, Default)]
    struct Api(Rc<RefCell<Stream>>);

    impl Api {
        fn put(&self, shard: &str, data: &[&str]) {
            let mut stream = self.0.borrow_mut();
            let shard = stream.shards.entry(shard.to_owned()).or_default();
            shard.data.extend(data.iter().map(|data| (*data).to_owned()));
        }

        fn close(&self, shard: &str, children: &[&str]) {
            self.0.borrow_mut().shards.entry(shard.to_owned()).or_default().closed = true;
            children.iter().for_each(|child| self.put(child, &[]));
        }

        fn refuse(&self, operation: &'static str, times: u32, kind: Option<FailureKind>) {
            self.0.borrow_mut().refusals.insert(operation, (times, kind));
        }

        /// Has every iterator expire that was given out so far.
        fn expire(&self) {
            self.0.borrow_mut().age += 1;
        }

        fn take_calls(&self) -> Vec<&'static str> {
            std::mem::take(&mut self.0.borrow_mut().calls)
        }

        fn called(&self, operation: &'static str) -> PortResult<()> {
            let mut stream = self.0.borrow_mut();
            stream.calls.push(operation);
            match stream.refusals.get_mut(operation) {
                Some((times, kind)) if *times > 0 => {
                    *times -= 1;
                    Err(failure(*kind))
                }
                _ => Ok(()),
            }
        }
    }

    fn failure(kind: Option<FailureKind>) -> PortError {
        match kind {
            Some(kind) => PortFailure { kind, cause: "refused".into() }.into(),
            None => "refused".into(),
        }
    }

    impl StreamApi for Api {
        fn list_shards(&mut self, _: &str) -> PortResult<Vec<String>> {
            self.called("list")?;
            Ok(self.0.borrow().shards.keys().rev().cloned().collect())
        }

        /// An iterator is `shard/position/age`; a sequence number is a position.
        fn shard_iterator(&mut self, _: &str, shard: &str, from: StartPosition<'_>) -> PortResult<String> {
            self.called("iterator")?;
            let stream = self.0.borrow();
            let kept = &stream.shards.get(shard).ok_or("there is no such shard")?.data;
            let position = match from {
                StartPosition::TrimHorizon => 0,
                StartPosition::AtTimestamp(millis) => kept.len().min(millis as usize),
                StartPosition::AfterSequenceNumber(number) => number.parse::<usize>()? + 1,
            };
            Ok(format!("{shard}/{position}/{}", stream.age))
        }

        fn get_records(&mut self, iterator: &str, limit: usize) -> PortResult<RecordsPage> {
            self.called("records")?;
            let stream = self.0.borrow();
            let parts: Vec<&str> = iterator.split('/').collect();
            let (shard, first) = (&stream.shards[parts[0]], parts[1].parse::<usize>()?);
            if parts[2].parse::<u32>()? < stream.age {
                return Err(failure(Some(FailureKind::ExpiredIterator)));
            }
            let end = (first + limit).min(shard.data.len());
            let record = |position: usize| ShardRecord {
                sequence_number: position.to_string().into(),
                partition_key: Default::default(),
                arrival_millis: 0,
                data: shard.data[position].clone().into(),
            };
            Ok(RecordsPage {
                records: vec![Arc::new((first..end).map(record).collect::<Vec<_>>())],
                next_iterator: (!shard.closed || end < shard.data.len())
                    .then(|| format!("{}/{end}/{}", parts[0], parts[2])),
                behind_millis: (shard.data.len() - end) as i64,
            })
        }
    }

    /// The source of a query, and how far the query has come.
    struct Query {
        api: Api,
        source: KinesisSource,
        at: Offsets,
        /// Each batch is so much later that shards are listed again.
        now: i64,
    }

    impl Query {
        fn start(api: &Api, starting_position: InitialPosition) -> Query {
            let mut query = Query {
                api: api.clone(),
                source: source(api, starting_position),
                at: Offsets::default(),
                now: 1,
            };
            query.at = query.source.initial(1).unwrap();
            query
        }

        /// The same query in another process.
        fn restart(self) -> Query {
            Query { source: source(&self.api, InitialPosition::Latest), ..self }
        }

        /// Where a batch that comes now would end.
        fn latest(&mut self) -> Result<Offsets> {
            self.now += 1000;
            self.source.latest(&self.at, self.now)
        }

        /// What one batch reads, as `shard:data`.
        fn batch(&mut self) -> Result<Vec<String>> {
            let end = self.latest()?;
            let range = OffsetRange { start: std::mem::replace(&mut self.at, end.clone()), end };
            let read = self.source.read(&range)?;
            // Whoever runs the batch again reads the same.
            let mut again = source(&self.api, InitialPosition::Latest);
            assert_eq!(again.read(&range).unwrap(), read);
            let text = |record: SourceRecord| {
                let data = String::from_utf8(record.data.to_vec()).unwrap();
                format!("{}:{data}", read.shards[record.shard as usize])
            };
            Ok(read.records.iter().map(text).collect())
        }
    }

    fn source(api: &Api, starting_position: InitialPosition) -> KinesisSource {
        let options =
            KinesisOptions { starting_position, records_per_read_max: 2, ..KinesisOptions::default() };
        KinesisSource::new("orders", options, Box::new(api.clone()))
    }

    #[test]
    fn children_are_read_whole_behind_their_parents() {
        let api = Api::default();
        api.put("s0", &["old"]);
        let mut query = Query::start(&api, InitialPosition::Latest);
        api.put("s0", &["a"]);
        api.close("s0", &["s1", "s2"]);
        api.put("s2", &["c"]);
        api.put("s1", &["b"]);
        // Where the query has started is of no matter to shards that came later.
        assert_eq!(query.batch().unwrap(), ["s0:a", "s1:b", "s2:c"]);
        let query = Query::start(&api, InitialPosition::TrimHorizon);
        let mut query = query.restart();
        assert_eq!(query.batch().unwrap(), ["s0:old", "s0:a", "s1:b", "s2:c"]);
        assert_eq!(query.batch().unwrap(), Vec::<String>::new());
    }

    #[test]
    fn a_shard_without_records_is_no_news() {
        let api = Api::default();
        api.put("s0", &["a"]);
        let mut query = Query::start(&api, InitialPosition::TrimHorizon);
        query.batch().unwrap();
        api.close("s0", &["s1"]);
        let before = query.at.clone();
        assert_eq!(query.latest().unwrap(), before);
        api.put("s1", &["b"]);
        assert_eq!(query.batch().unwrap(), ["s1:b"]);
    }

    #[test]
    fn a_finished_shard_is_asked_once_and_never_read_again() {
        let api = Api::default();
        api.put("s0", &["a"]);
        api.close("s0", &["s1"]);
        let mut query = Query::start(&api, InitialPosition::TrimHorizon);
        query.batch().unwrap();
        api.take_calls();
        assert_eq!(query.latest().unwrap(), query.at);
        assert_eq!(api.take_calls(), ["list", "records"]);
        let mut query = query.restart();
        assert_eq!(query.batch().unwrap(), Vec::<String>::new());
        assert_eq!(query.at.0["s0"], ShardOffset::After("0".to_owned()));
    }

    #[test]
    fn a_shard_that_the_stream_has_forgotten_is_forgotten_with_the_next_news() {
        let api = Api::default();
        api.put("s0", &["a"]);
        api.close("s0", &["s1"]);
        let mut query = Query::start(&api, InitialPosition::TrimHorizon);
        query.batch().unwrap();
        api.0.borrow_mut().shards.remove("s0");
        let before = query.at.clone();
        assert_eq!(query.latest().unwrap(), before);
        api.put("s1", &["b"]);
        assert_eq!(query.batch().unwrap(), ["s1:b"]);
        assert_eq!(query.at.0.keys().collect::<Vec<_>>(), ["s1"]);
    }

    #[test]
    fn an_expired_iterator_is_replaced_between_batches_and_within_one() {
        let api = Api::default();
        api.put("s0", &["a"]);
        let mut query = Query::start(&api, InitialPosition::TrimHorizon);
        query.batch().unwrap();
        api.expire();
        api.put("s0", &["b", "c", "d", "e", "f"]);
        api.take_calls();
        let end = query.latest().unwrap();
        assert_eq!(api.take_calls(), ["list", "records", "iterator", "records", "records", "records"]);
        query.at = end;
        // Every second call finds its iterator expired.
        api.put("s0", &["g", "h", "i", "j"]);
        let expiring = Rc::new(RefCell::new(Vec::new()));
        let slow = Slow { api: api.clone(), read: Rc::clone(&expiring) };
        let mut slow = KinesisSource::new("orders", query.source.options.clone(), Box::new(slow));
        let end = slow.latest(&query.at, 0).unwrap();
        let read = slow.read(&OffsetRange { start: query.at.clone(), end }).unwrap();
        assert_eq!(read.data(), [b"g", b"h", b"i", b"j"]);
        assert_eq!(*expiring.borrow(), [2, 2]);
    }

    /// Takes so long for a page that its iterator has expired by the next.
    struct Slow {
        api: Api,
        read: Rc<RefCell<Vec<usize>>>,
    }

    impl StreamApi for Slow {
        fn list_shards(&mut self, stream: &str) -> PortResult<Vec<String>> {
            self.api.list_shards(stream)
        }

        fn shard_iterator(
            &mut self,
            stream: &str,
            shard: &str,
            from: StartPosition<'_>,
        ) -> PortResult<String> {
            self.api.shard_iterator(stream, shard, from)
        }

        fn get_records(&mut self, iterator: &str, limit: usize) -> PortResult<RecordsPage> {
            let page = self.api.get_records(iterator, limit)?;
            self.read.borrow_mut().push(page.records.iter().map(|run| run.records()).sum());
            self.api.expire();
            Ok(page)
        }
    }

    #[test]
    fn throttled_calls_are_made_again_three_times() {
        for (operation, before) in [("list", 0), ("iterator", 1), ("records", 2)] {
            let api = Api::default();
            api.put("s0", &["a"]);
            let mut query = Query::start(&api, InitialPosition::TrimHorizon);
            api.refuse(operation, 3, Some(FailureKind::Throttled));
            api.take_calls();
            let end = query.latest().unwrap();
            let calls = api.take_calls();
            assert_eq!(calls[before..before + 4], [operation; 4]);
            assert_eq!(calls.len(), 6);
            api.refuse(operation, 4, Some(FailureKind::Throttled));
            let mut query = Query { at: end, ..query }.restart();
            let error = query.latest().unwrap_err();
            assert!(matches!(&error, EngineError::Port { source, .. } if source.to_string() == "refused"));
        }
    }

    #[test]
    fn shards_are_listed_again_after_a_while_or_when_one_has_ended() {
        let api = Api::default();
        api.put("s0", &["a"]);
        let mut source = source(&api, InitialPosition::TrimHorizon);
        let at = source.initial(0).unwrap();
        let mut listed_at = |now: i64| {
            api.take_calls();
            source.latest(&at, now).unwrap();
            api.take_calls().contains(&"list")
        };
        assert!(!listed_at(999));
        assert!(listed_at(1000));
        assert!(!listed_at(1001));
        // Time that goes back is no time to rely on.
        assert!(listed_at(500));
        api.close("s0", &["s1"]);
        assert!(!listed_at(600));
        assert!(listed_at(601));
    }

    #[test]
    fn any_other_failure_ends_the_batch_at_once() {
        let api = Api::default();
        api.put("s0", &["a"]);
        let mut query = Query::start(&api, InitialPosition::TrimHorizon);
        query.batch().unwrap();
        api.put("s0", &["b"]);
        api.refuse("records", 1, None);
        api.take_calls();
        let error = query.latest().unwrap_err();
        assert_eq!(error.to_string(), "GetRecords on stream `orders` failed");
        assert_eq!(api.take_calls(), ["list", "records"]);
        // Nothing is lost by it.
        assert_eq!(query.batch().unwrap(), ["s0:b"]);
    }
}
