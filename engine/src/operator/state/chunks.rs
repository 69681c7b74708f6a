//! Rows of the state as Arrow batches: written once, read by position, compacted when half of them are gone.
//!
//! A chunk keeps the columns as they came. Small chunks merge like the digits of a binary counter, so a query
//! that adds three rows per batch does not end up with a chunk per batch; a chunk that has lost more than half of
//! its rows is rewritten, so the state never holds more dead rows than living ones. Each row is therefore copied a
//! bounded number of times.

use arrow::array::cast::AsArray;
use arrow::array::{Array, ArrayRef, StringArray, UInt32Array};
use arrow::compute::{concat, concat_batches, interleave, take_record_batch};
use arrow::datatypes::SchemaRef;
use arrow::record_batch::RecordBatch;

use crate::error::Result;

/// Rows are copied in runs when these have as many on average.
const ROWS_PER_RUN_MIN: usize = 16;

/// From this many rows on a chunk is not merged any more.
const SEALED_ROWS: usize = 1024;

/// Where a row is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::operator) struct RowAddress {
    pub(in crate::operator) chunk: u32,
    pub(in crate::operator) row: u32,
}

/// A row that was moved: whoever remembers its address has to follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::operator) struct Moved {
    pub(in crate::operator) slot: u32,
    pub(in crate::operator) to: RowAddress,
}

#[derive(Debug)]
struct Chunk {
    rows: RecordBatch,
    /// Owner of each row.
    slots: Vec<u32>,
    /// Whether each row is still there.
    alive: Vec<bool>,
    live: usize,
}

/// The chunks of one side of a join.
#[derive(Debug)]
pub(in crate::operator) struct Chunks {
    schema: SchemaRef,
    chunks: Vec<Option<Chunk>>,
    free: Vec<u32>,
    /// Chunks small enough to merge, largest first.
    small: Vec<u32>,
}

impl Chunks {
    pub(in crate::operator) fn new(schema: SchemaRef) -> Self {
        Self { schema, chunks: vec![], free: vec![], small: vec![] }
    }

    /// Adds a batch whose rows belong to `slots`. Returns rows that were moved, the new ones included.
    pub(in crate::operator) fn insert(&mut self, rows: RecordBatch, slots: Vec<u32>) -> Result<Vec<Moved>> {
        let live = rows.num_rows();
        if live == 0 {
            return Ok(vec![]);
        }
        let alive = vec![true; live];
        let id = self.add(Chunk { rows, slots, alive, live });
        self.settle(id)
    }

    /// Layout of the rows.
    pub(in crate::operator) fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// The values of several columns at the given rows.
    pub(in crate::operator) fn gather(
        &self,
        columns: &[usize],
        rows: &[RowAddress],
    ) -> Result<Vec<ArrayRef>> {
        if rows.is_empty() {
            let empty = RecordBatch::new_empty(self.schema.clone());
            return Ok(columns.iter().map(|column| empty.column(*column).clone()).collect());
        }
        let runs = runs(rows);
        match runs.len() * ROWS_PER_RUN_MIN <= rows.len() {
            true => columns.iter().map(|column| self.copy_runs(*column, &runs)).collect(),
            false => self.pick(columns, rows),
        }
    }

    /// Rows that lie behind each other, copied at once.
    fn copy_runs(&self, column: usize, runs: &[(RowAddress, usize)]) -> Result<ArrayRef> {
        let part = |(first, length): &(RowAddress, usize)| {
            self.chunk(first.chunk).rows.column(column).slice(first.row as usize, *length)
        };
        let parts: Vec<ArrayRef> = runs.iter().map(part).collect();
        let parts: Vec<&dyn Array> = parts.iter().map(AsRef::as_ref).collect();
        Ok(concat(&parts)?)
    }

    /// Rows one by one.
    fn pick(&self, columns: &[usize], rows: &[RowAddress]) -> Result<Vec<ArrayRef>> {
        let mut referenced: Vec<u32> = Vec::new();
        // Position of a chunk among those referenced.
        let mut positions = vec![u32::MAX; self.chunks.len()];
        let mut place = |address: &RowAddress| {
            let position = &mut positions[address.chunk as usize];
            if *position == u32::MAX {
                *position = referenced.len() as u32;
                referenced.push(address.chunk);
            }
            (*position as usize, address.row as usize)
        };
        let indices: Vec<(usize, usize)> = rows.iter().map(&mut place).collect();
        let pick_one = |column: &usize| {
            let parts: Vec<&dyn Array> =
                referenced.iter().map(|id| self.chunk(*id).rows.column(*column).as_ref()).collect();
            fetch(&parts, &indices);
            Ok(interleave(&parts, &indices)?)
        };
        columns.iter().map(pick_one).collect()
    }

    /// Counts rows as dead, and frees chunks in which none lives. Returns the other chunks that are concerned.
    pub(in crate::operator) fn bury(&mut self, rows: impl Iterator<Item = RowAddress>) -> Vec<u32> {
        let mut thinned: Vec<u32> = Vec::new();
        for address in rows {
            let chunk = self.chunk_mut(address.chunk);
            let alive = &mut chunk.alive[address.row as usize];
            assert!(*alive, "a state row leaves once");
            *alive = false;
            chunk.live -= 1;
            if thinned.last() != Some(&address.chunk) {
                thinned.push(address.chunk);
            }
        }
        thinned.sort_unstable();
        thinned.dedup();
        thinned.retain(|id| {
            let lives = self.chunk(*id).live > 0;
            if !lives {
                self.take(*id);
            }
            lives
        });
        thinned
    }

    /// Rewrites chunks of these with more dead rows than living ones. Returns rows that were moved.
    pub(in crate::operator) fn compact(&mut self, thinned: Vec<u32>) -> Result<Vec<Moved>> {
        let mut moved = Vec::new();
        for id in thinned {
            // It may be gone by now, or merged with another one; whoever has its place is as good.
            let Some(chunk) = &self.chunks[id as usize] else { continue };
            if chunk.live * 2 < chunk.alive.len() {
                let compacted = compact(self.take(id))?;
                let id = self.add(compacted);
                moved.extend(self.settle(id)?);
            }
        }
        Ok(moved)
    }

    /// Every living row: its chunk's columns, its position in them, and its slot.
    pub(in crate::operator) fn living(&self) -> impl Iterator<Item = (&RecordBatch, usize, u32)> {
        self.chunks.iter().flatten().flat_map(|chunk| {
            let living = (0..chunk.slots.len()).filter(|row| chunk.alive[*row]);
            living.map(|row| (&chunk.rows, row, chunk.slots[row]))
        })
    }

    /// Bytes of the stored columns.
    pub(in crate::operator) fn bytes(&self) -> usize {
        let chunk = |c: &Chunk| c.rows.get_array_memory_size() + c.slots.capacity() * 4 + c.alive.capacity();
        self.chunks.iter().flatten().map(chunk).sum()
    }

    /// Merges a new chunk with the small ones before it until each is at least twice the next.
    fn settle(&mut self, id: u32) -> Result<Vec<Moved>> {
        let mut id = id;
        while let Some(before) = self.small.last().copied() {
            let (size, size_before) = (self.chunk(id).live, self.chunk(before).live);
            if size >= SEALED_ROWS || size_before > 2 * size {
                break;
            }
            self.small.pop();
            let merged = self.merge(before, id)?;
            id = self.add(merged);
        }
        if self.chunk(id).live < SEALED_ROWS {
            self.small.push(id);
        }
        let slots = self.chunk(id).slots.iter().enumerate();
        Ok(slots
            .map(|(row, slot)| Moved { slot: *slot, to: RowAddress { chunk: id, row: row as u32 } })
            .collect())
    }

    fn merge(&mut self, first: u32, second: u32) -> Result<Chunk> {
        let (first, second) = (compact(self.take(first))?, compact(self.take(second))?);
        let rows = concat_batches(&self.schema, [&first.rows, &second.rows])?;
        let slots = [first.slots, second.slots].concat();
        let live = slots.len();
        Ok(Chunk { rows, slots, alive: vec![true; live], live })
    }

    fn add(&mut self, chunk: Chunk) -> u32 {
        match self.free.pop() {
            Some(id) => {
                self.chunks[id as usize] = Some(chunk);
                id
            }
            None => {
                self.chunks.push(Some(chunk));
                self.chunks.len() as u32 - 1
            }
        }
    }

    fn take(&mut self, id: u32) -> Chunk {
        self.free.push(id);
        self.small.retain(|small| *small != id);
        self.chunks[id as usize].take().expect("an address points into a chunk that exists")
    }

    fn chunk(&self, id: u32) -> &Chunk {
        self.chunks[id as usize].as_ref().expect("an address points into a chunk that exists")
    }

    fn chunk_mut(&mut self, id: u32) -> &mut Chunk {
        self.chunks[id as usize].as_mut().expect("an address points into a chunk that exists")
    }
}

/// Has the texts at these places fetched at once, before they are copied one after the other: in a large state each of
/// them is a wait for memory, and a copy of unknown length lets the processor see no further than the next.
fn fetch(parts: &[&dyn Array], places: &[(usize, usize)]) {
    let texts: Option<Vec<&StringArray>> = parts.iter().map(|part| part.as_string_opt::<i32>()).collect();
    let Some(texts) = texts else { return };
    let first_byte = |(part, row): &(usize, usize)| {
        let text = texts[*part];
        text.values().get(text.value_offsets()[*row] as usize).copied().unwrap_or_default()
    };
    std::hint::black_box(places.iter().fold(0, |sum, place| sum ^ first_byte(place)));
}

/// Rows that lie behind each other in one chunk: the first of them, and how many they are.
fn runs(rows: &[RowAddress]) -> Vec<(RowAddress, usize)> {
    let follow = |a: &RowAddress, b: &RowAddress| a.chunk == b.chunk && a.row + 1 == b.row;
    rows.chunk_by(follow).map(|run| (run[0], run.len())).collect()
}

/// The chunk without its dead rows.
fn compact(chunk: Chunk) -> Result<Chunk> {
    if chunk.live == chunk.alive.len() {
        return Ok(chunk);
    }
    let kept: Vec<u32> = (0..chunk.alive.len() as u32).filter(|row| chunk.alive[*row as usize]).collect();
    let slots: Vec<u32> = kept.iter().map(|row| chunk.slots[*row as usize]).collect();
    let rows = take_record_batch(&chunk.rows, &UInt32Array::from(kept))?;
    let live = slots.len();
    Ok(Chunk { rows, slots, alive: vec![true; live], live })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::sync::Arc;

    use arrow::array::cast::AsArray;
    use arrow::array::types::UInt32Type;
    use arrow::datatypes::{DataType, Field, Schema};
    use proptest::prelude::*;

    use super::*;

    fn chunks() -> Chunks {
        Chunks::new(Arc::new(Schema::new(vec![Field::new("v", DataType::UInt32, false)])))
    }

    fn batch(chunks: &Chunks, values: Vec<u32>) -> RecordBatch {
        RecordBatch::try_new(chunks.schema.clone(), vec![Arc::new(UInt32Array::from(values))]).unwrap()
    }

    proptest! {
        /// Slot n holds the value n; whatever is inserted and removed, every living slot still finds its value,
        /// and the chunks stay few.
        #[test]
        fn every_living_row_keeps_its_value(steps in prop::collection::vec((1usize..40, 0usize..40), 1..60)) {
            let mut chunks = chunks();
            let mut addresses: BTreeMap<u32, RowAddress> = BTreeMap::new();
            let mut next = 0;
            for (insert, remove) in steps {
                let slots: Vec<u32> = (next..next + insert as u32).collect();
                next += insert as u32;
                let rows = batch(&chunks, slots.clone());
                for moved in chunks.insert(rows, slots).unwrap() {
                    addresses.insert(moved.slot, moved.to);
                }
                let leaving: Vec<u32> = addresses.keys().copied().take(remove).collect();
                let leaving: Vec<RowAddress> = leaving.iter().map(|s| addresses.remove(s).unwrap()).collect();
                let thinned = chunks.bury(leaving.into_iter());
                for moved in chunks.compact(thinned).unwrap() {
                    addresses.insert(moved.slot, moved.to);
                }
                let rows: Vec<RowAddress> = addresses.values().copied().collect();
                let values = chunks.gather(&[0], &rows).unwrap().remove(0);
                let expected: Vec<u32> = addresses.keys().copied().collect();
                prop_assert_eq!(values.as_primitive::<UInt32Type>().values().to_vec(), expected);
                prop_assert!(chunks.small.len() <= 13);
            }
        }
    }

    #[test]
    fn dead_rows_never_outnumber_living_ones() {
        let mut chunks = chunks();
        let slots: Vec<u32> = (0..10_000).collect();
        let rows = batch(&chunks, slots.clone());
        let moved = chunks.insert(rows, slots).unwrap();
        let full = chunks.bytes();
        let leaving: Vec<RowAddress> = moved.iter().filter(|m| m.slot % 4 != 0).map(|m| m.to).collect();
        let thinned = chunks.bury(leaving.into_iter());
        chunks.compact(thinned).unwrap();
        assert!(chunks.bytes() < full / 3);
    }
}
