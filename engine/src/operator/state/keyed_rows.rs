//! Kept rows by key, in time order, with a matched flag each: a join side, groups, seen keys.
//!
//! A row has a *slot* for as long as it is kept. Slots of equal key hash are a doubly linked list, so a row leaves
//! in constant time; the values are in [`Chunks`], the order of eviction in [`TimeIndex`]. What has changed since the
//! last saving is noted as it happens. Per row this costs 63 bytes beside its values: the slot 32, chunk
//! back-reference 5, time index 12, [`Heads`] about 14.
//!
//! What the watermark takes out stays in its list as a slot that is not alive until room is made for the next rows
//! ([`KeyedRows::insert`]): that happens while other threads look for matches, evicting does not.

use std::sync::{Arc, Mutex, PoisonError};

use arrow::array::{ArrayRef, BooleanArray, BooleanBufferBuilder, UInt64Array};
use arrow::datatypes::SchemaRef;
use arrow::record_batch::RecordBatch;

use super::change::{Extent, StateChange};
use super::chunks::{Chunks, RowAddress};
use super::heads::Heads;
use super::slots::{Slot, Slots};
use super::table::StateTable;
use super::time_index::TimeIndex;
use crate::error::Result;

/// End of a list of slots.
const NONE: u32 = u32::MAX;

/// How many look-ups have their memory fetched together.
const FETCHED: usize = 256;

/// How many rows that have left are taken out of their lists for each that comes.
const SWEPT_PER_ROW: usize = 4;

/// Rows that leave together: what is noted of them on their way fits into a cache, however many are due.
const LEAVING: usize = 4096;

/// Rows kept between batches.
#[derive(Debug)]
pub(in crate::operator) struct KeyedRows {
    heads: Heads,
    slots: Slots,
    free: Vec<u32>,
    /// Slots of rows that have left, and are still in their lists.
    left: Vec<u32>,
    chunks: Chunks,
    times: TimeIndex,
    live: usize,
    next_serial: u64,
    journal: Journal,
}

/// What has happened since the state was last saved.
#[derive(Debug, Default)]
struct Journal {
    /// Rows from this serial number on are new since then.
    first_new: u64,
    /// Slots of new rows, in the order of their serial numbers; [`NONE`] for one that has left already.
    added: Vec<u32>,
    /// Slots and serial numbers of older rows whose values have changed; some may have left.
    updated: Vec<(u32, u64)>,
    /// Serial numbers of older rows that have left.
    removed: Vec<u64>,
    /// Serial numbers of older rows that have found their first match; noted while others read the state.
    matched: Mutex<Vec<u64>>,
}

impl Journal {
    /// The one after this, with room for as much.
    fn next(&self, first_new: u64) -> Self {
        let added = Vec::with_capacity(self.added.len());
        let removed = Vec::with_capacity(self.removed.len());
        Self { first_new, added, removed, ..Self::default() }
    }
}

/// Which rows are saved, and what has become of the others.
pub(in crate::operator) struct Saved {
    /// Slots in the order of their serial numbers.
    pub(in crate::operator) slots: Vec<u32>,
    pub(super) removed: Vec<u64>,
    pub(super) matched: Vec<u64>,
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
            heads: Heads::default(),
            slots: Slots::default(),
            free: vec![],
            left: vec![],
            chunks: Chunks::new(schema),
            times: TimeIndex::default(),
            live: 0,
            next_serial: 0,
            journal: Journal::default(),
        }
    }

    /// Number of rows kept.
    pub(in crate::operator) fn len(&self) -> usize {
        self.live
    }

    /// Every pair of a hash and a slot whose key has it, as (position of the hash, slot), the latest slot first.
    /// Equal hashes do not prove equal keys.
    pub(in crate::operator) fn candidates(&self, hashes: &[u64]) -> (Vec<u32>, Vec<u32>) {
        let (mut positions, mut slots) = (Vec::new(), Vec::new());
        let (mut position, mut firsts) = (0, Vec::with_capacity(FETCHED));
        for block in hashes.chunks(FETCHED) {
            self.heads.fetch(block.iter().copied().map(short));
            firsts.clear();
            firsts.extend(block.iter().map(|hash| self.heads.find(short(*hash)).unwrap_or(NONE)));
            self.slots.fetch(firsts.iter().copied().filter(|slot| *slot != NONE));
            for mut slot in firsts.iter().copied() {
                while slot != NONE {
                    let known = &self.slots[slot as usize];
                    if known.flags.alive {
                        positions.push(position);
                        slots.push(slot);
                    }
                    slot = known.next;
                }
                position += 1;
            }
        }
        (positions, slots)
    }

    /// Values of several columns for the given slots.
    pub(in crate::operator) fn gather(&self, columns: &[usize], slots: &[u32]) -> Result<Vec<ArrayRef>> {
        let addresses: Vec<RowAddress> =
            slots.iter().map(|slot| self.slots[*slot as usize].address).collect();
        self.chunks.gather(columns, &addresses)
    }

    /// Notes that kept rows have found a match, each as often as it is named: whether it is the row's first one. Others
    /// may look for rows meanwhile; who notes has to do so in the same order every time.
    pub(in crate::operator) fn set_matched(&self, slots: &[u32]) -> BooleanArray {
        let mut matched = self.journal.matched.lock().unwrap_or_else(PoisonError::into_inner);
        let mut firsts = BooleanBufferBuilder::new(slots.len());
        for block in slots.chunks(FETCHED) {
            self.slots.fetch(block.iter().copied());
            for slot in block {
                let slot = &self.slots[*slot as usize];
                let first = slot.set_matched();
                if first && slot.serial < self.journal.first_new {
                    matched.push(slot.serial);
                }
                firsts.append(first);
            }
        }
        BooleanArray::from(firsts.finish())
    }

    /// Notes that something which is kept elsewhere about these slots has changed.
    pub(in crate::operator) fn set_updated(&mut self, slots: &[u32]) {
        let slots = slots.iter().map(|slot| (*slot, self.slots[*slot as usize].serial));
        self.journal.updated.extend(slots.filter(|(_, serial)| *serial < self.journal.first_new));
    }

    /// Whether a kept row has found a match.
    pub(in crate::operator) fn is_matched(&self, slot: u32) -> bool {
        self.slots[slot as usize].matched()
    }

    /// Keeps rows: their key hashes, whether they have matched already, and the time at which each is evicted, as
    /// [`super::in_time_order`] gives it; a row that is not among them never is. Returns the slots, in the order of the
    /// rows.
    pub(in crate::operator) fn insert(
        &mut self,
        rows: RecordBatch,
        hashes: &[u64],
        matched: &[bool],
        times: &[(i64, u32)],
    ) -> Result<Vec<u32>> {
        self.sweep(hashes.len() * SWEPT_PER_ROW);
        let first = self.next_serial;
        self.next_serial += hashes.len() as u64;
        let slots = self.keep(rows, hashes, matched, first.., times)?;
        self.journal.added.extend_from_slice(&slots);
        Ok(slots)
    }

    fn keep(
        &mut self,
        rows: RecordBatch,
        hashes: &[u64],
        matched: &[bool],
        mut serials: impl Iterator<Item = u64>,
        times: &[(i64, u32)],
    ) -> Result<Vec<u32>> {
        let mut slots = Vec::with_capacity(hashes.len());
        for (hashes, matched) in hashes.chunks(FETCHED).zip(matched.chunks(FETCHED)) {
            self.heads.fetch(hashes.iter().copied().map(short));
            for (hash, matched) in hashes.iter().zip(matched) {
                let serial = serials.next().expect("every row has a serial number");
                slots.push(self.link(short(*hash), *matched, serial));
            }
        }
        self.live += slots.len();
        times.iter().for_each(|(_, row)| self.slots[slots[*row as usize] as usize].flags.timed = true);
        self.times.insert(times.iter().map(|(time, row)| (*time, slots[*row as usize])));
        for moved in self.chunks.insert(rows, slots.clone())? {
            self.slots[moved.slot as usize].address = moved.to;
        }
        Ok(slots)
    }

    /// Takes out the rows whose time is at or before the bound: earliest first, of equal times by serial number, some
    /// at a time. `see` sees them while they are still readable. Returns how many they were.
    pub(in crate::operator) fn evict(
        &mut self,
        bound: i64,
        mut see: impl FnMut(&Self, &[Evicted]) -> Result<()>,
    ) -> Result<usize> {
        let before = self.live;
        let mut thinned = Vec::new();
        while let Some(evicted) = self.take_due(bound, LEAVING) {
            see(self, &evicted)?;
            thinned.extend(self.bury(&evicted));
        }
        // Blocks that follow each other are mostly of the same chunks.
        thinned.sort_unstable();
        thinned.dedup();
        self.compact(thinned)?;
        Ok(before - self.live)
    }

    /// All rows whose time is at or before the bound, in the same order; they are still readable until
    /// [`KeyedRows::drop_rows`] takes them.
    pub(in crate::operator) fn evict_all(&mut self, bound: i64) -> Vec<Evicted> {
        self.take_due(bound, usize::MAX).unwrap_or_default()
    }

    /// Rows whose time is at or before the bound, of at most `limit` slots; `None` when there are no more.
    fn take_due(&mut self, bound: i64, limit: usize) -> Option<Vec<Evicted>> {
        let due = self.times.take_until(bound, limit);
        if due.is_empty() {
            return None;
        }
        let mut evicted = Vec::with_capacity(due.len());
        for block in due.chunks(FETCHED) {
            self.slots.fetch(block.iter().map(|(_, slot)| *slot));
            for (time, slot) in block.iter().copied() {
                let flags = &mut self.slots[slot as usize].flags;
                flags.timed = false;
                match flags.removed {
                    true => self.free.push(slot),
                    false => {
                        self.left.push(slot);
                        evicted.push(self.leave(slot, time));
                    }
                }
            }
        }
        Some(evicted)
    }

    /// Takes rows that have left out of their lists, at most so many.
    fn sweep(&mut self, rows: usize) {
        let mut rest = rows.min(self.left.len());
        while rest > 0 {
            let block = self.left.split_off(self.left.len() - rest.min(FETCHED));
            self.heads.fetch(block.iter().map(|slot| self.slots[*slot as usize].hash));
            block.iter().for_each(|slot| self.unlink(*slot));
            rest -= block.len();
            self.free.extend(block);
        }
    }

    /// Takes rows out before their time; like evicted ones they are readable until [`KeyedRows::drop_rows`].
    pub(in crate::operator) fn remove(&mut self, slots: &[u32]) -> Vec<Evicted> {
        let mut removed = Vec::with_capacity(slots.len());
        for slot in slots {
            removed.push(self.leave(*slot, 0));
            self.unlink(*slot);
            let flags = &mut self.slots[*slot as usize].flags;
            flags.removed = true;
            if !flags.timed {
                self.free.push(*slot);
            }
        }
        removed
    }

    /// Values of columns for rows that are being evicted.
    pub(in crate::operator) fn evicted_columns(
        &self,
        columns: &[usize],
        rows: &[Evicted],
    ) -> Result<Vec<ArrayRef>> {
        let addresses: Vec<RowAddress> = rows.iter().map(|row| row.address).collect();
        self.chunks.gather(columns, &addresses)
    }

    /// Frees the values of evicted rows.
    pub(in crate::operator) fn drop_rows(&mut self, rows: &[Evicted]) -> Result<()> {
        let thinned = self.bury(rows);
        self.compact(thinned)
    }

    /// Counts rows as gone. Returns the chunks that hold less for it, and something still.
    fn bury(&mut self, rows: &[Evicted]) -> Vec<u32> {
        self.live -= rows.len();
        self.chunks.bury(rows.iter().map(|row| row.address))
    }

    /// Frees the memory of rows that are gone, in these chunks.
    fn compact(&mut self, thinned: Vec<u32>) -> Result<()> {
        for moved in self.chunks.compact(thinned)? {
            self.slots[moved.slot as usize].address = moved.to;
        }
        Ok(())
    }

    /// Every row kept: its columns, its position in them, and whether it has matched.
    pub(in crate::operator) fn kept(&self) -> impl Iterator<Item = (&RecordBatch, usize, bool)> {
        self.chunks.living().map(|(rows, row, slot)| (rows, row, self.is_matched(slot)))
    }

    /// Layout of a kept row.
    pub(in crate::operator) fn schema(&self) -> &SchemaRef {
        self.chunks.schema()
    }

    /// Which rows are to be saved. What happens from here on belongs to the next saving.
    pub(in crate::operator) fn start_saving(&mut self, extent: Extent) -> Saved {
        let next = self.journal.next(self.next_serial);
        let Journal { mut added, mut updated, removed, matched, .. } =
            std::mem::replace(&mut self.journal, next);
        if extent == Extent::Snapshot {
            return Saved { slots: self.slots(), removed: vec![], matched: vec![] };
        }
        let lives = |slot: u32, serial: u64| {
            let known = &self.slots[slot as usize];
            known.flags.alive && known.serial == serial
        };
        added.retain(|slot| *slot != NONE);
        if !updated.is_empty() {
            updated.sort_unstable_by_key(|(_, serial)| *serial);
            updated.dedup();
            let updated = updated.into_iter().filter(|(slot, serial)| lives(*slot, *serial));
            added = updated.map(|(slot, _)| slot).chain(added).collect();
        }
        let matched = matched.into_inner().unwrap_or_else(PoisonError::into_inner);
        Saved { slots: added, removed, matched }
    }

    /// The rows to be saved; `more` are further columns of them, which are kept elsewhere.
    pub(in crate::operator) fn save(&self, saved: Saved, more: Vec<ArrayRef>) -> StateTable<'_> {
        StateTable::new(self, saved, more)
    }

    /// All columns of kept rows, then whether each has matched, and its serial number.
    pub(super) fn values(&self, slots: &[u32]) -> Result<Vec<ArrayRef>> {
        let stored: Vec<usize> = (0..self.schema().fields().len()).collect();
        let mut columns = self.gather(&stored, slots)?;
        let flags: BooleanArray = slots.iter().map(|slot| Some(self.is_matched(*slot))).collect();
        let serials = slots.iter().map(|slot| self.slots[*slot as usize].serial);
        columns.push(Arc::new(flags));
        columns.push(Arc::new(UInt64Array::from_iter_values(serials)));
        Ok(columns)
    }

    /// What the next new row will be numbered.
    pub(super) fn next_serial(&self) -> u64 {
        self.next_serial
    }

    /// Takes over saved rows; nothing may be kept yet. Returns their slots.
    pub(in crate::operator) fn load(
        &mut self,
        saved: &StateChange,
        hashes: &[u64],
        times: &[(i64, u32)],
    ) -> Result<Vec<u32>> {
        assert_eq!(self.live, 0, "a state is loaded once, before the first batch");
        let stored = saved.columns()[..self.schema().fields().len()].to_vec();
        let rows = RecordBatch::try_new(Arc::clone(self.schema()), stored)?;
        let matched: Vec<bool> = saved.matched_flags().values().iter().collect();
        let slots = self.keep(rows, hashes, &matched, saved.serials().iter().copied(), times)?;
        self.next_serial = saved.next_serial;
        self.journal.first_new = saved.next_serial;
        Ok(slots)
    }

    /// Slots of every row kept, in the order in which they came.
    pub(in crate::operator) fn slots(&self) -> Vec<u32> {
        let mut slots: Vec<(u64, u32)> = Vec::with_capacity(self.live);
        let living = self.chunks.living().map(|(_, _, slot)| slot);
        slots.extend(living.map(|slot| (self.slots[slot as usize].serial, slot)));
        // A chunk's rows are in order already: the stable sort only merges runs.
        slots.sort_by_key(|(serial, _)| *serial);
        slots.into_iter().map(|(_, slot)| slot).collect()
    }

    /// Takes a free slot and puts it at the head of its hash's list.
    fn link(&mut self, hash: u32, matched: bool, serial: u64) -> u32 {
        let slot = self.free.pop().unwrap_or_else(|| self.grow());
        let before = self.heads.put(hash, slot);
        if let Some(before) = before {
            self.slots[before as usize].previous = slot;
        }
        self.slots[slot as usize] = Slot::of_row(hash, before.unwrap_or(NONE), NONE, matched, serial);
        slot
    }

    fn grow(&mut self) -> u32 {
        let slot = self.slots.push(Slot::of_row(0, NONE, NONE, false, 0));
        let slot = u32::try_from(slot).expect("fewer than 2^32 rows are kept");
        assert!(slot != NONE, "fewer than 2^32 - 1 rows are kept");
        slot
    }

    /// Bytes of memory that the rows take, with everything by which they are found.
    pub(in crate::operator) fn bytes(&self) -> usize {
        let own = self.slots.bytes() + (self.free.capacity() + self.left.capacity()) * 4;
        own + self.heads.bytes() + self.chunks.bytes() + self.times.bytes()
    }

    /// Notes that a row leaves.
    fn leave(&mut self, slot: u32, time: i64) -> Evicted {
        let known = &mut self.slots[slot as usize];
        known.flags.alive = false;
        let (address, matched) = (known.address, known.matched());
        match known.serial.checked_sub(self.journal.first_new) {
            None => self.journal.removed.push(known.serial),
            Some(new) => self.journal.added[new as usize] = NONE,
        }
        Evicted { slot, time, matched, address }
    }

    /// Takes a slot out of its hash's list.
    fn unlink(&mut self, slot: u32) {
        let Slot { hash, next, previous, .. } = self.slots[slot as usize];
        if next != NONE {
            self.slots[next as usize].previous = previous;
        }
        if previous != NONE {
            self.slots[previous as usize].next = next;
        } else if next == NONE {
            self.heads.remove(hash);
        } else {
            self.heads.put(hash, next);
        }
    }
}

/// The part of a hash that is kept. Rows of equal keys share it; rows that share it may differ in their keys.
fn short(hash: u64) -> u32 {
    (hash.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32) as u32
}

#[cfg(test)]
mod tests {
    use arrow::array::types::Int64Type;
    use arrow::array::{Int64Array, StringArray, TimestampMicrosecondArray, cast::AsArray};
    use arrow::datatypes::{DataType, Field, Schema};
    use proptest::prelude::*;

    use super::*;
    use crate::operator::state::in_time_order;
    use crate::types::timestamp_type;

    /// Ten thousand rows per batch, so many batches, of which the latest `kept` rows stay.
    fn filled(batches: i64, kept: i64) -> (KeyedRows, usize) {
        let field = |name: &str, of: DataType| Field::new(name, of, true);
        let fields =
            vec![field("k", DataType::Utf8), field("t", timestamp_type()), field("v", DataType::Int64)];
        let schema: SchemaRef = Arc::new(Schema::new(fields));
        let mut rows = KeyedRows::new(Arc::clone(&schema));
        let mut encoded = 0;
        for batch in 0..batches {
            let numbers = batch * 10_000..(batch + 1) * 10_000;
            let keys: StringArray = numbers.clone().map(|n| Some(format!("transaction-{n:012}"))).collect();
            let times = TimestampMicrosecondArray::from_iter_values(numbers.clone()).with_timezone("UTC");
            let values = Int64Array::from_iter_values(numbers.clone());
            let columns: Vec<ArrayRef> = vec![Arc::new(keys), Arc::new(times), Arc::new(values)];
            let new = RecordBatch::try_new(Arc::clone(&schema), columns).unwrap();
            encoded =
                new.columns().iter().map(|c| c.to_data().get_slice_memory_size().unwrap()).sum::<usize>();
            let hashes = super::super::hash(&new.columns()[..1], 10_000).unwrap();
            rows.insert(new, &hashes, &[false; 10_000], &in_time_order(numbers.map(Some))).unwrap();
            rows.evict((batch + 1) * 10_000 - kept, |_, _| Ok(())).unwrap();
            rows.start_saving(Extent::Delta);
        }
        (rows, encoded / 10_000)
    }

    /// The numbers of kept rows, which are their only column.
    fn numbers(rows: &KeyedRows, slots: &[u32]) -> Vec<i64> {
        rows.gather(&[0], slots).unwrap()[0].as_primitive::<Int64Type>().values().to_vec()
    }

    proptest! {
        /// Rows of a few keys come, leave in time, and are taken out before it. Whoever looks a key up finds its rows
        /// that are left, the latest first, and what is saved is what has changed.
        #[test]
        fn what_has_left_is_not_found(
            steps in prop::collection::vec(
                (prop::collection::vec((0u64..5, 0i64..60), 0..600), 0i64..60, 0usize..3, any::<bool>()), 1..12,
            ),
        ) {
            let schema = Arc::new(Schema::new(vec![Field::new("n", DataType::Int64, false)]));
            let (mut rows, mut model) = (KeyedRows::new(Arc::clone(&schema)), Vec::<(u64, i64, i64)>::new());
            let (mut number, mut bound) = (0, 0);
            let (mut saved, mut saved_until) = (Vec::new(), 0);
            for (new, further, taken, saves) in steps {
                let first = number;
                let values: ArrayRef = Arc::new(Int64Array::from_iter_values(number..number + new.len() as i64));
                number += new.len() as i64;
                let batch = RecordBatch::try_new(Arc::clone(&schema), vec![values]).unwrap();
                let hashes: Vec<u64> = new.iter().map(|(key, _)| key << 40).collect();
                let times = in_time_order(new.iter().map(|(_, time)| Some(bound + time)));
                rows.insert(batch, &hashes, &vec![false; new.len()], &times).unwrap();
                model.extend(new.iter().zip(first..).map(|((key, time), n)| (*key, bound + time, n)));
                bound += further;
                let mut left = Vec::new();
                let count = rows.evict(bound, |rows, evicted| {
                    let column = &rows.evicted_columns(&[0], evicted)?[0];
                    left.extend_from_slice(column.as_primitive::<Int64Type>().values());
                    Ok(())
                });
                let (mut due, rest): (Vec<_>, Vec<_>) = model.into_iter().partition(|(_, time, _)| *time <= bound);
                due.sort_by_key(|(_, time, _)| *time);
                prop_assert_eq!(count.unwrap(), due.len());
                prop_assert_eq!(left, due.iter().map(|(.., n)| *n).collect::<Vec<_>>());
                let slots = rows.candidates(&[0]).1;
                let taken = &slots[..taken.min(slots.len())];
                let gone = numbers(&rows, taken);
                let removed = rows.remove(taken);
                rows.drop_rows(&removed).unwrap();
                model = rest.into_iter().filter(|(.., n)| !gone.contains(n)).collect();
                for key in 0..5 {
                    let kept = model.iter().rev().filter(|(k, ..)| *k == key).map(|(.., n)| *n);
                    prop_assert_eq!(numbers(&rows, &rows.candidates(&[key << 40]).1), kept.collect::<Vec<_>>());
                }
                prop_assert_eq!(rows.len(), model.len());
                prop_assert_eq!(numbers(&rows, &rows.slots()), model.iter().map(|(.., n)| *n).collect::<Vec<_>>());
                if saves {
                    let Saved { slots, mut removed, .. } = rows.start_saving(Extent::Delta);
                    let now: Vec<i64> = model.iter().map(|(.., n)| *n).collect();
                    let new: Vec<i64> = now.iter().copied().filter(|n| *n >= saved_until).collect();
                    prop_assert_eq!(numbers(&rows, &slots), new);
                    // Rows are numbered here as their serial numbers are.
                    removed.sort_unstable();
                    let gone = saved.iter().filter(|n| !now.contains(n)).map(|n| *n as u64);
                    prop_assert_eq!(removed, gone.collect::<Vec<_>>());
                    (saved, saved_until) = (now, number);
                }
            }
        }
    }

    #[test]
    fn a_match_is_the_first_one_once_and_is_saved_for_older_rows() {
        let schema = Arc::new(Schema::new(vec![Field::new("n", DataType::Int64, false)]));
        let mut rows = KeyedRows::new(Arc::clone(&schema));
        let add = |rows: &mut KeyedRows, n: i64| {
            let values: ArrayRef = Arc::new(Int64Array::from(vec![n]));
            let batch = RecordBatch::try_new(Arc::clone(&schema), vec![values]).unwrap();
            rows.insert(batch, &[n as u64], &[false], &[(n, 0)]).unwrap()[0]
        };
        let old = add(&mut rows, 0);
        assert!(rows.start_saving(Extent::Delta).matched.is_empty());
        let new = add(&mut rows, 1);
        assert_eq!(rows.set_matched(&[new, old, old]), BooleanArray::from(vec![true, true, false]));
        assert_eq!(rows.set_matched(&[old]), BooleanArray::from(vec![false]));
        assert!(rows.is_matched(old) && rows.is_matched(new));
        assert_eq!(rows.start_saving(Extent::Delta).matched, [0]);
        let evicted = rows.evict(1, |_, rows| {
            assert!(rows.iter().all(|row| row.matched));
            Ok(())
        });
        assert_eq!(evicted.unwrap(), 2);
    }

    #[test]
    fn a_row_costs_at_most_twice_its_values_and_64_bytes() {
        for (batches, kept) in [(10, 100_000), (41, 410_000), (90, 300_000), (60, 250_000)] {
            let (rows, encoded) = filled(batches, kept);
            let per_row = rows.bytes() as f64 / rows.len() as f64;
            assert!(per_row <= (2 * encoded + 64) as f64, "{kept} rows: {per_row} bytes for {encoded}");
        }
    }
}
