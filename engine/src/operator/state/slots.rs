//! What is known of each kept row beside its values, in blocks: a state that grows moves none of it.

use std::ops::{Index, IndexMut};
use std::sync::atomic::{AtomicBool, Ordering};

use super::chunks::RowAddress;

/// Slots of one block.
const BLOCK: usize = 4096;

/// All that is known of a kept row beside its values: half a cache line, fetched at once.
#[derive(Debug)]
pub(super) struct Slot {
    pub(super) hash: u32,
    /// The next one of the same hash.
    pub(super) next: u32,
    pub(super) previous: u32,
    pub(super) flags: Flags,
    /// The row has found a match; can be set while others read the state.
    matched: AtomicBool,
    pub(super) address: RowAddress,
    pub(super) serial: u64,
}

/// What a slot is known for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Flags {
    /// The time index knows the slot, so that it can be used again only when the index has let go of it.
    pub(super) timed: bool,
    /// The row was taken out before its time.
    pub(super) removed: bool,
    /// The slot holds a row.
    pub(super) alive: bool,
}

impl Slot {
    /// The slot of a row that is kept from now on, not timed yet, its values nowhere yet.
    pub(super) fn of_row(hash: u32, next: u32, previous: u32, matched: bool, serial: u64) -> Self {
        let flags = Flags { alive: true, ..Flags::default() };
        let address = RowAddress { chunk: 0, row: 0 };
        Self { hash, next, previous, flags, matched: matched.into(), address, serial }
    }

    /// Whether the row has found a match.
    pub(super) fn matched(&self) -> bool {
        self.matched.load(Ordering::Relaxed)
    }

    /// Notes that it has. Returns whether this is its first match.
    pub(super) fn set_matched(&self) -> bool {
        !self.matched() && !self.matched.swap(true, Ordering::Relaxed)
    }
}

/// Slots by number. Every block but the last is full.
#[derive(Debug, Default)]
pub(super) struct Slots(Vec<Vec<Slot>>);

impl Slots {
    /// Adds a slot. Returns its number.
    pub(super) fn push(&mut self, slot: Slot) -> usize {
        if self.0.last().is_none_or(|block| block.len() == BLOCK) {
            // The first one grows with the state; most states are small.
            let room = if self.0.is_empty() { 0 } else { BLOCK };
            self.0.push(Vec::with_capacity(room));
        }
        let before = (self.0.len() - 1) * BLOCK;
        let last = self.0.last_mut().expect("there is a block by now");
        last.push(slot);
        before + last.len() - 1
    }

    /// Has the memory of many slots fetched at once, before they are needed one after the other.
    pub(super) fn fetch(&self, slots: impl Iterator<Item = u32>) {
        std::hint::black_box(slots.fold(0, |sum, slot| sum ^ self[slot as usize].next));
    }

    /// Bytes of memory.
    pub(super) fn bytes(&self) -> usize {
        self.0.iter().map(|block| block.capacity() * size_of::<Slot>()).sum()
    }
}

impl Index<usize> for Slots {
    type Output = Slot;

    fn index(&self, slot: usize) -> &Slot {
        &self.0[slot / BLOCK][slot % BLOCK]
    }
}

impl IndexMut<usize> for Slots {
    fn index_mut(&mut self, slot: usize) -> &mut Slot {
        &mut self.0[slot / BLOCK][slot % BLOCK]
    }
}
