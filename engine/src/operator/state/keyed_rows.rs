//! Kept rows by key, in time order, with a matched flag each: a join side, groups, seen keys.
//!
//! A row has a *slot* for as long as it is kept. Slots of equal key hash are a doubly linked list, so a row leaves
//! in constant time; the values are in [`Chunks`], the order of eviction in [`TimeIndex`]. Per row this costs 54
//! bytes beside its values: hash 8, links 8, address 8, flags 3, chunk back-reference 5, time index 12, hash table
//! about 10.

use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray, cast::AsArray};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use arrow::record_batch::RecordBatch;
use hashbrown::HashTable;

use super::chunks::{Chunks, RowAddress};
use super::time_index::TimeIndex;
use crate::error::Result;

/// End of a list of slots.
const NONE: u32 = u32::MAX;

/// Name of the column of a saved state that says whether a row has matched.
const MATCHED: &str = "__matched";

/// Rows kept between batches.
#[derive(Debug)]
pub(in crate::operator) struct KeyedRows {
    /// First slot of the list of each key hash.
    heads: HashTable<u32>,
    hashes: Vec<u64>,
    next: Vec<u32>,
    previous: Vec<u32>,
    addresses: Vec<RowAddress>,
    flags: Vec<Flags>,
    free: Vec<u32>,
    chunks: Chunks,
    times: TimeIndex,
    live: usize,
}

/// What a slot is known for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Flags {
    /// The row has found a match.
    matched: bool,
    /// The time index knows the slot, so that it can be used again only when the index has let go of it.
    timed: bool,
    /// The row was taken out before its time.
    removed: bool,
}

/// A row that leaves, because of the watermark or before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::operator) struct Evicted {
    /// Where it was; the slot may be taken again by the next insertion.
    pub(in crate::operator) slot: u32,
    /// The time at which it was due, in microseconds; of no meaning for a row without one.
    pub(in crate::operator) time: i64,
    /// Whether the row ever found a match.
    pub(in crate::operator) matched: bool,
    pub(in crate::operator) address: RowAddress,
}

impl KeyedRows {
    pub(in crate::operator) fn new(schema: SchemaRef) -> Self {
        Self {
            heads: HashTable::new(),
            hashes: vec![],
            next: vec![],
            previous: vec![],
            addresses: vec![],
            flags: vec![],
            free: vec![],
            chunks: Chunks::new(schema),
            times: TimeIndex::default(),
            live: 0,
        }
    }

    /// Number of rows kept.
    pub(in crate::operator) fn len(&self) -> usize {
        self.live
    }

    /// Slots whose key has this hash, latest first. Equal hashes do not prove equal keys.
    pub(in crate::operator) fn with_hash(&self, hash: u64) -> impl Iterator<Item = u32> {
        let head = self.heads.find(hash, |slot| self.hashes[*slot as usize] == hash).copied();
        std::iter::successors(head, |slot| Some(self.next[*slot as usize]).filter(|next| *next != NONE))
    }

    /// Values of several columns for the given slots.
    pub(in crate::operator) fn gather(&mut self, columns: &[usize], slots: &[u32]) -> Result<Vec<ArrayRef>> {
        let addresses: Vec<RowAddress> = slots.iter().map(|slot| self.addresses[*slot as usize]).collect();
        self.chunks.gather_all(columns, &addresses)
    }

    /// Notes that a kept row has found a match.
    pub(in crate::operator) fn set_matched(&mut self, slot: u32) {
        self.flags[slot as usize].matched = true;
    }

    /// Whether a kept row has found a match.
    pub(in crate::operator) fn is_matched(&self, slot: u32) -> bool {
        self.flags[slot as usize].matched
    }

    /// Keeps rows: their key hashes, whether they have matched already, and the time at which each is evicted
    /// (`None`: never). Returns the slots, in the order of the rows.
    pub(in crate::operator) fn insert(
        &mut self,
        rows: RecordBatch,
        hashes: &[u64],
        matched: &[bool],
        times: impl Iterator<Item = Option<i64>>,
    ) -> Result<Vec<u32>> {
        let slots: Vec<u32> =
            hashes.iter().zip(matched).map(|(hash, matched)| self.link(*hash, *matched)).collect();
        self.live += slots.len();
        let timed: Vec<(i64, u32)> =
            times.zip(&slots).filter_map(|(time, slot)| Some((time?, *slot))).collect();
        timed.iter().for_each(|(_, slot)| self.flags[*slot as usize].timed = true);
        self.times.insert(timed);
        for moved in self.chunks.insert(rows, slots.clone())? {
            self.addresses[moved.slot as usize] = moved.to;
        }
        Ok(slots)
    }

    /// Rows whose time is at or before the bound, earliest first; they are still readable until
    /// [`KeyedRows::drop_rows`] takes them.
    pub(in crate::operator) fn evict(&mut self, bound: i64) -> Vec<Evicted> {
        let mut evicted = Vec::new();
        for (time, slot) in self.times.take_until(bound) {
            let at = slot as usize;
            self.flags[at].timed = false;
            if self.flags[at].removed {
                self.free.push(slot);
                continue;
            }
            self.unlink(slot);
            self.free.push(slot);
            evicted.push(Evicted {
                slot,
                time,
                matched: self.flags[at].matched,
                address: self.addresses[at],
            });
        }
        evicted
    }

    /// Takes rows out before their time; like evicted ones they are readable until [`KeyedRows::drop_rows`].
    pub(in crate::operator) fn remove(&mut self, slots: &[u32]) -> Vec<Evicted> {
        let take = |slot: &u32| {
            let at = *slot as usize;
            self.unlink(*slot);
            self.flags[at].removed = true;
            if !self.flags[at].timed {
                self.free.push(*slot);
            }
            Evicted { slot: *slot, time: 0, matched: self.flags[at].matched, address: self.addresses[at] }
        };
        slots.iter().map(take).collect()
    }

    /// Values of columns for rows that are being evicted.
    pub(in crate::operator) fn evicted_columns(
        &mut self,
        columns: &[usize],
        rows: &[Evicted],
    ) -> Result<Vec<ArrayRef>> {
        let addresses: Vec<RowAddress> = rows.iter().map(|row| row.address).collect();
        self.chunks.gather_all(columns, &addresses)
    }

    /// Frees the values of evicted rows.
    pub(in crate::operator) fn drop_rows(&mut self, rows: &[Evicted]) -> Result<()> {
        let addresses: Vec<RowAddress> = rows.iter().map(|row| row.address).collect();
        for moved in self.chunks.remove(&addresses)? {
            self.addresses[moved.slot as usize] = moved.to;
        }
        self.live -= rows.len();
        Ok(())
    }

    /// Every row kept: its columns, its position in them, and whether it has matched.
    pub(in crate::operator) fn kept(&self) -> impl Iterator<Item = (&RecordBatch, usize, bool)> {
        self.chunks.living().map(|(rows, row, slot)| (rows, row, self.flags[slot as usize].matched))
    }

    /// Layout of a kept row.
    pub(in crate::operator) fn schema(&self) -> &SchemaRef {
        self.chunks.schema()
    }

    /// Every row kept as one table, and in its last column whether each has matched.
    pub(in crate::operator) fn save(&mut self) -> Result<RecordBatch> {
        let slots = self.slots();
        let columns: Vec<usize> = (0..self.schema().fields().len()).collect();
        let mut arrays = self.gather(&columns, &slots)?;
        let matched: BooleanArray = slots.iter().map(|slot| Some(self.is_matched(*slot))).collect();
        arrays.push(Arc::new(matched));
        let mut fields = self.schema().fields().to_vec();
        fields.push(Arc::new(Field::new(MATCHED, DataType::Boolean, false)));
        Ok(RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays)?)
    }

    /// The rows of a table that [`KeyedRows::save`] gave, and their last column.
    pub(in crate::operator) fn saved(mut table: RecordBatch) -> (RecordBatch, Vec<bool>) {
        let matched = table.remove_column(table.num_columns() - 1);
        (table, matched.as_boolean().iter().map(|m| m == Some(true)).collect())
    }

    /// Slots of every row kept; rows of equal hash oldest first, so that inserting them in this order gives back
    /// the same state.
    pub(in crate::operator) fn slots(&self) -> Vec<u32> {
        let mut last: Vec<u32> = self.chunks.living().map(|(_, _, slot)| slot).collect();
        last.retain(|slot| self.next[*slot as usize] == NONE);
        last.sort_unstable();
        let list = |slot: u32| {
            std::iter::successors(Some(slot), |s| Some(self.previous[*s as usize]).filter(|p| *p != NONE))
        };
        last.into_iter().flat_map(list).collect()
    }

    /// Takes a free slot and puts it at the head of its hash's list.
    fn link(&mut self, hash: u64, matched: bool) -> u32 {
        let slot = self.free.pop().unwrap_or_else(|| self.grow());
        let at = slot as usize;
        self.hashes[at] = hash;
        self.flags[at] = Flags { matched, ..Flags::default() };
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
        self.flags.push(Flags::default());
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
    }
}
