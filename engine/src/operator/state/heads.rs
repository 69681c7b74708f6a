//! Which list of slots a key hash belongs to: an open-addressing table with one machine word per entry.
//!
//! A large state is far outside the processor's caches, so what a look-up costs is how often it waits for memory.
//! An entry holds the whole hash beside the slot: finding, adding and removing each touch one place. Removing moves
//! later entries back instead of leaving marks, so the table never has to be cleaned up.
//!
//! Source of the removal: Knuth, *The Art of Computer Programming*, vol. 3, §6.4, algorithm R.

/// An entry that is free. No entry in use looks like it, because no list starts at slot `u32::MAX`.
const EMPTY: u64 = u64::MAX;

/// Fewest entries of a table that holds anything.
const ENTRIES_MIN: usize = 16;

/// The first slot of each hash's list.
#[derive(Debug, Default)]
pub(super) struct Heads {
    /// Hash in the upper half, slot in the lower; a power of two of them, or none.
    entries: Vec<u64>,
    len: usize,
    /// How far a hash is shifted to give the entry where its search begins.
    shift: u32,
}

impl Heads {
    /// The first slot of a hash's list.
    pub(super) fn find(&self, hash: u32) -> Option<u32> {
        if self.entries.is_empty() {
            return None;
        }
        let entry = self.entries[self.search(hash)];
        (entry != EMPTY).then_some(entry as u32)
    }

    /// Puts a slot at the head of a hash's list. Returns the slot that was there.
    pub(super) fn put(&mut self, hash: u32, slot: u32) -> Option<u32> {
        if (self.len + 1) * 4 > self.entries.len() * 3 {
            self.grow();
        }
        let at = self.search(hash);
        let before = std::mem::replace(&mut self.entries[at], entry(hash, slot));
        if before == EMPTY {
            self.len += 1;
            return None;
        }
        Some(before as u32)
    }

    /// Takes a hash out, whose list is empty now.
    pub(super) fn remove(&mut self, hash: u32) {
        let mask = self.entries.len() - 1;
        let mut hole = self.search(hash);
        assert!(self.entries[hole] != EMPTY, "a list that ends had a head");
        self.len -= 1;
        let mut at = hole;
        loop {
            at = (at + 1) & mask;
            if self.entries[at] == EMPTY {
                break;
            }
            // An entry may move back into the hole unless its search begins behind it.
            let home = self.home((self.entries[at] >> 32) as u32);
            if (at.wrapping_sub(home) & mask) >= (at.wrapping_sub(hole) & mask) {
                self.entries[hole] = self.entries[at];
                hole = at;
            }
        }
        self.entries[hole] = EMPTY;
    }

    /// Has the memory of many entries fetched at once, before they are needed one after the other.
    pub(super) fn fetch(&self, hashes: impl Iterator<Item = u32>) {
        if !self.entries.is_empty() {
            std::hint::black_box(hashes.fold(0, |sum, hash| sum ^ self.entries[self.home(hash)]));
        }
    }

    /// Bytes of memory.
    pub(super) fn bytes(&self) -> usize {
        self.entries.capacity() * 8
    }

    fn home(&self, hash: u32) -> usize {
        (u64::from(hash) >> self.shift) as usize
    }

    /// Where a hash is, or the free entry where it belongs.
    fn search(&self, hash: u32) -> usize {
        let mask = self.entries.len() - 1;
        let mut at = self.home(hash);
        while self.entries[at] != EMPTY && (self.entries[at] >> 32) as u32 != hash {
            at = (at + 1) & mask;
        }
        at
    }

    fn grow(&mut self) {
        let size = (self.entries.len() * 2).max(ENTRIES_MIN);
        let old = std::mem::replace(&mut self.entries, vec![EMPTY; size]);
        self.shift = 32_u32.checked_sub(size.ilog2()).expect("fewer than 2^32 rows are kept");
        for entry in old.into_iter().filter(|entry| *entry != EMPTY) {
            let at = self.search((entry >> 32) as u32);
            self.entries[at] = entry;
        }
    }
}

fn entry(hash: u32, slot: u32) -> u64 {
    u64::from(hash) << 32 | u64::from(slot)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Hashes from few values, at both ends of the range, so that runs of entries collide and wrap around.
        #[test]
        fn it_is_a_map(steps in prop::collection::vec((0u32..40, 0u32..1000, any::<bool>()), 0..300)) {
            let (mut heads, mut model) = (Heads::default(), BTreeMap::new());
            for (n, slot, put) in steps {
                let hash = if n < 20 { n } else { u32::MAX - n };
                match put {
                    true => prop_assert_eq!(heads.put(hash, slot), model.insert(hash, slot)),
                    false if model.remove(&hash).is_some() => heads.remove(hash),
                    false => {}
                }
                heads.fetch([hash].into_iter());
                prop_assert_eq!(heads.len, model.len());
                for n in 0..40 {
                    let hash = if n < 20 { n } else { u32::MAX - n };
                    prop_assert_eq!(heads.find(hash), model.get(&hash).copied());
                }
            }
        }
    }
}
