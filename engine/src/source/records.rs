//! The records of a batch, as they lie where they come from.
//!
//! A batch of a hundred thousand records is a few hundred runs of them: what a shard took in together, or an object.
//! Nothing is copied out of a run, and no record is looked at before somebody wants it: its data, as soon as a thread
//! decodes it; its name and its key, when somebody asks what became of it.

use std::fmt::Debug;
use std::ops::Range;
use std::sync::Arc;

use super::SourceRecord;
use crate::ports::ShardRecord;

/// Records that are decoded into one Arrow batch, at most: what comes of them on the way into the state and out of the
/// sink fits into a core's cache.
const PIECE_MAX: usize = 1024;

/// The same at the end of the batch, where a thread that finds nothing left to do waits for the others' last pieces.
const PIECE_MIN: usize = 256;

/// A piece is this part of the records that are left, within these bounds (guided self-scheduling: Polychronopoulos and
/// Kuck, 1987; their divisor is the number of threads, which must not decide here what is worked on together).
const PIECES_LEFT: usize = 8;

/// Records of one shard, one behind the other.
pub trait RecordRun: Debug + Send + Sync {
    /// How many they are.
    fn records(&self) -> usize;
    /// The bytes of those at these places.
    fn data<'a>(&'a self, places: Range<usize>) -> Box<dyn Iterator<Item = &'a [u8]> + 'a>;
    /// Those at these places, with all that is known of them.
    fn whole<'a>(&'a self, places: Range<usize>) -> Box<dyn Iterator<Item = ShardRecord> + 'a>;
}

impl RecordRun for Vec<ShardRecord> {
    fn records(&self) -> usize {
        self.len()
    }

    fn data<'a>(&'a self, places: Range<usize>) -> Box<dyn Iterator<Item = &'a [u8]> + 'a> {
        Box::new(self[places].iter().map(|record| record.data.as_ref()))
    }

    fn whole<'a>(&'a self, places: Range<usize>) -> Box<dyn Iterator<Item = ShardRecord> + 'a> {
        Box::new(self[places].iter().cloned())
    }
}

/// Records by their place in the batch.
#[derive(Debug, Clone, Default)]
pub struct Records {
    runs: Vec<Placed>,
    len: usize,
}

#[derive(Debug, Clone)]
struct Placed {
    /// Of its records, as far as they are wanted.
    places: Range<usize>,
    shard: u32,
    run: Arc<dyn RecordRun>,
}

impl Records {
    /// Adds records of the shard with this index behind the others.
    pub fn push(&mut self, shard: u32, run: Arc<dyn RecordRun>) {
        let places = self.len..self.len + run.records();
        self.len = places.end;
        if !places.is_empty() {
            self.runs.push(Placed { places, shard, run });
        }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Leaves the first ones, so many of them.
    pub fn truncate(&mut self, records: usize) {
        self.len = self.len.min(records);
        self.runs.truncate(self.runs.partition_point(|run| run.places.start < self.len));
        if let Some(last) = self.runs.last_mut() {
            last.places.end = last.places.end.min(self.len);
        }
    }

    /// A record, if there are as many.
    pub fn get(&self, at: usize) -> Option<SourceRecord> {
        if at < self.len { self.range(at..at + 1).next() } else { None }
    }

    /// All of them, in order.
    pub fn iter(&self) -> impl Iterator<Item = SourceRecord> {
        self.range(0..self.len)
    }

    /// Those at these places.
    ///
    /// # Panics
    /// When there are fewer; so do the other methods that take places.
    pub fn range(&self, places: Range<usize>) -> impl Iterator<Item = SourceRecord> {
        self.runs(places).flat_map(|(placed, within)| {
            placed.run.whole(within).map(|record| SourceRecord::of_shard(placed.shard, record))
        })
    }

    /// The bytes of those at these places.
    pub fn data(&self, places: Range<usize>) -> impl Iterator<Item = &[u8]> {
        self.runs(places).flat_map(|(placed, within)| placed.run.data(within))
    }

    /// The shards of those at these places.
    pub fn shards(&self, places: Range<usize>) -> impl Iterator<Item = u32> {
        self.runs(places).flat_map(|(placed, within)| within.map(|_| placed.shard))
    }

    /// The places of those that are worked on together.
    pub fn pieces(&self) -> impl Iterator<Item = Range<usize>> {
        let after = |start: usize| {
            let left = self.len - start;
            let piece = (left / PIECES_LEFT).clamp(PIECE_MIN, PIECE_MAX).min(left);
            (left > 0).then(|| start..start + piece)
        };
        std::iter::successors(after(0), move |piece| after(piece.end))
    }

    /// Runs, and which of their records are at these places.
    fn runs(&self, places: Range<usize>) -> impl Iterator<Item = (&Placed, Range<usize>)> {
        assert!(places.end <= self.len, "there are {} records, not {}", self.len, places.end);
        let first = self.runs.partition_point(|run| run.places.end <= places.start);
        let reached = self.runs[first..].iter().take_while(move |run| run.places.start < places.end);
        reached.map(move |run| {
            let (start, end) = (places.start.max(run.places.start), places.end.min(run.places.end));
            (run, start - run.places.start..end - run.places.start)
        })
    }
}

impl PartialEq for Records {
    fn eq(&self, other: &Self) -> bool {
        self.len == other.len && self.iter().eq(other.iter())
    }
}

/// Of the first shard.
impl FromIterator<ShardRecord> for Records {
    fn from_iter<T: IntoIterator<Item = ShardRecord>>(records: T) -> Self {
        let mut all = Self::default();
        all.push(0, Arc::new(records.into_iter().collect::<Vec<_>>()));
        all
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn record(number: usize) -> ShardRecord {
        ShardRecord {
            sequence_number: number.to_string().into(),
            partition_key: Default::default(),
            arrival_millis: number as i64,
            data: number.to_string().into(),
        }
    }

    fn told(record: SourceRecord) -> (u32, i64) {
        (record.shard, record.arrival_millis)
    }

    proptest! {
        #[test]
        fn they_are_a_list(
            runs in prop::collection::vec((0u32..3, 0usize..5), 0..8),
            cut in 0usize..40,
            (from, to) in (0usize..40, 0usize..40),
        ) {
            let (mut records, mut model) = (Records::default(), Vec::new());
            for (shard, count) in runs {
                let numbers = model.len()..model.len() + count;
                records.push(shard, Arc::new(numbers.clone().map(record).collect::<Vec<_>>()));
                model.extend(numbers.map(|number| (shard, number as i64)));
            }
            records.truncate(cut);
            model.truncate(cut);
            prop_assert_eq!((records.len(), records.is_empty()), (model.len(), model.is_empty()));
            prop_assert_eq!(records.iter().map(told).collect::<Vec<_>>(), model.clone());
            prop_assert_eq!(records.get(from).map(told), model.get(from).copied());
            let to = to.min(model.len());
            let (places, some) = (from.min(to)..to, &model[from.min(to)..to]);
            prop_assert_eq!(records.range(places.clone()).map(told).collect::<Vec<_>>(), some);
            let shards: Vec<u32> = some.iter().map(|(shard, _)| *shard).collect();
            prop_assert_eq!(records.shards(places.clone()).collect::<Vec<_>>(), shards);
            let data: Vec<String> = some.iter().map(|(_, number)| number.to_string()).collect();
            prop_assert_eq!(records.data(places).collect::<Vec<_>>(), data.iter().map(String::as_bytes).collect::<Vec<_>>());
            records.push(0, Arc::new(vec![record(99)]));
            prop_assert_eq!(records.get(model.len()).map(told), Some((0, 99)));
        }
    }

    #[test]
    fn pieces_hold_every_record_once() {
        for count in [0, 1, PIECE_MIN, PIECE_MIN + 1, PIECE_MAX, 9 * PIECE_MAX, 20 * PIECE_MAX + 7] {
            let records: Records = (0..count).map(record).collect();
            let pieces: Vec<_> = records.pieces().collect();
            assert_eq!(pieces.iter().map(|piece| piece.len()).sum::<usize>(), count);
            assert!(pieces.windows(2).all(|two| two[0].end == two[1].start && two[0].len() >= two[1].len()));
            assert!(pieces.iter().all(|piece| (1..=PIECE_MAX).contains(&piece.len())));
            assert!(pieces.last().is_none_or(|last| last.len() <= PIECE_MIN));
        }
    }
}
