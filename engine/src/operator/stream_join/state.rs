//! One side of the join state: rows by key, in time order, with a matched flag each.
//!
//! A row has a *slot* for as long as it is kept. Slots of equal key hash are a doubly linked list, so a row leaves
//! in constant time; the values are in [`Chunks`], the order of eviction in [`TimeIndex`]. Per row this costs 52
//! bytes beside its values: hash 8, links 8, address 8, flag 1, chunk back-reference 5, time index 12, hash table
//! about 10.

use arrow::array::ArrayRef;
use arrow::datatypes::SchemaRef;
use arrow::record_batch::RecordBatch;
use hashbrown::HashTable;

use super::chunks::{Chunks, RowAddress};
use super::time_index::TimeIndex;
use crate::error::Result;

/// End of a list of slots.
const NONE: u32 = u32::MAX;

/// Rows of one side that wait for matches.
#[derive(Debug)]
pub(super) struct SideState {
    /// First slot of the list of each key hash.
    heads: HashTable<u32>,
    hashes: Vec<u64>,
    next: Vec<u32>,
    previous: Vec<u32>,
    addresses: Vec<RowAddress>,
    matched: Vec<bool>,
    free: Vec<u32>,
    chunks: Chunks,
    times: TimeIndex,
    live: usize,
}

/// A row that left because of the watermark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Evicted {
    /// The time that the watermark has passed, in microseconds.
    pub(super) time: i64,
    /// Whether the row ever found a match.
    pub(super) matched: bool,
    pub(super) address: RowAddress,
}

impl SideState {
    pub(super) fn new(schema: SchemaRef) -> Self {
        Self {
            heads: HashTable::new(),
            hashes: vec![],
            next: vec![],
            previous: vec![],
            addresses: vec![],
            matched: vec![],
            free: vec![],
            chunks: Chunks::new(schema),
            times: TimeIndex::default(),
            live: 0,
        }
    }

    /// Number of rows kept.
    pub(super) fn len(&self) -> usize {
        self.live
    }

    /// Slots whose key has this hash, latest first. Equal hashes do not prove equal keys.
    pub(super) fn with_hash(&self, hash: u64) -> impl Iterator<Item = u32> {
        let head = self.heads.find(hash, |slot| self.hashes[*slot as usize] == hash).copied();
        std::iter::successors(head, |slot| Some(self.next[*slot as usize]).filter(|next| *next != NONE))
    }

    /// Values of several columns for the given slots.
    pub(super) fn gather(&mut self, columns: &[usize], slots: &[u32]) -> Result<Vec<ArrayRef>> {
        let addresses: Vec<RowAddress> = slots.iter().map(|slot| self.addresses[*slot as usize]).collect();
        self.chunks.gather_all(columns, &addresses)
    }

    /// Notes that a kept row has found a match.
    pub(super) fn set_matched(&mut self, slot: u32) {
        self.matched[slot as usize] = true;
    }

    /// Keeps rows: their key hashes, whether they have matched already, and the time at which each is evicted
    /// (`None`: never).
    pub(super) fn insert(
        &mut self,
        rows: RecordBatch,
        hashes: &[u64],
        matched: &[bool],
        times: impl Iterator<Item = Option<i64>>,
    ) -> Result<()> {
        let slots: Vec<u32> =
            hashes.iter().zip(matched).map(|(hash, matched)| self.link(*hash, *matched)).collect();
        self.live += slots.len();
        self.times.insert(times.zip(&slots).filter_map(|(time, slot)| Some((time?, *slot))).collect());
        for moved in self.chunks.insert(rows, slots)? {
            self.addresses[moved.slot as usize] = moved.to;
        }
        Ok(())
    }

    /// Rows whose time is at or before the bound, earliest first; they are still readable until
    /// [`SideState::drop_rows`] takes them.
    pub(super) fn evict(&mut self, bound: i64) -> Vec<Evicted> {
        let due = self.times.take_until(bound);
        due.into_iter()
            .map(|(time, slot)| {
                self.unlink(slot);
                let at = slot as usize;
                Evicted { time, matched: self.matched[at], address: self.addresses[at] }
            })
            .collect()
    }

    /// Values of one column for rows that are being evicted.
    pub(super) fn evicted_column(&mut self, column: usize, rows: &[RowAddress]) -> Result<ArrayRef> {
        self.chunks.gather(column, rows)
    }

    /// Frees the values of evicted rows.
    pub(super) fn drop_rows(&mut self, rows: &[Evicted]) -> Result<()> {
        let addresses: Vec<RowAddress> = rows.iter().map(|row| row.address).collect();
        for moved in self.chunks.remove(&addresses)? {
            self.addresses[moved.slot as usize] = moved.to;
        }
        self.live -= rows.len();
        Ok(())
    }

    /// Every row kept: its columns, its position in them, and whether it has matched.
    pub(super) fn kept(&self) -> impl Iterator<Item = (&RecordBatch, usize, bool)> {
        self.chunks.living().map(|(rows, row, slot)| (rows, row, self.matched[slot as usize]))
    }

    /// Takes a free slot and puts it at the head of its hash's list.
    fn link(&mut self, hash: u64, matched: bool) -> u32 {
        let slot = self.free.pop().unwrap_or_else(|| self.grow());
        let at = slot as usize;
        self.hashes[at] = hash;
        self.matched[at] = matched;
        self.previous[at] = NONE;
        let hashes = &self.hashes;
        let entry = self.heads.entry(hash, |s| hashes[*s as usize] == hash, |s| hashes[*s as usize]);
        match entry {
            hashbrown::hash_table::Entry::Occupied(mut head) => {
                let old = std::mem::replace(head.get_mut(), slot);
                self.next[at] = old;
                self.previous[old as usize] = slot;
            }
            hashbrown::hash_table::Entry::Vacant(place) => {
                place.insert(slot);
                self.next[at] = NONE;
            }
        }
        slot
    }

    fn grow(&mut self) -> u32 {
        let slot = u32::try_from(self.hashes.len()).expect("fewer than 2^32 rows are kept");
        assert!(slot != NONE, "fewer than 2^32 - 1 rows are kept");
        self.hashes.push(0);
        self.next.push(NONE);
        self.previous.push(NONE);
        self.addresses.push(RowAddress { chunk: 0, row: 0 });
        self.matched.push(false);
        slot
    }

    fn unlink(&mut self, slot: u32) {
        let at = slot as usize;
        let (previous, next, hash) = (self.previous[at], self.next[at], self.hashes[at]);
        if next != NONE {
            self.previous[next as usize] = previous;
        }
        if previous != NONE {
            self.next[previous as usize] = next;
        } else {
            let head = self.heads.find_entry(hash, |s| *s == slot).expect("a list starts at its head");
            if next == NONE {
                head.remove();
            } else {
                *head.into_mut() = next;
            }
        }
        self.free.push(slot);
    }
}
