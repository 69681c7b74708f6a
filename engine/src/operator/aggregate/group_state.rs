//! Groups kept between batches: their keys by slot, and what each accumulator knows of the slot.
//!
//! Saved as one table: keys, the time at which each group is due, its first record, then the accumulators' columns.

use std::sync::Arc;

use arrow::array::types::{Int64Type, UInt64Type};
use arrow::array::{Array, ArrayRef, Int64Array, UInt64Array, cast::AsArray};
use arrow::datatypes::SchemaRef;
use arrow::record_batch::RecordBatch;

use super::calls::{Accumulators, Calls};
use crate::batch::{RecordId, row_schema};
use crate::error::Result;
use crate::ledger::KeptRow;
use crate::operator::state::{Evicted, KeyedRows, hash, in_time_order};
use crate::operator::{Extent, StateChange, StateTable};
use crate::plan::Column;

/// Groups that are being put.
pub(super) struct NewGroups {
    pub(super) keys: Vec<ArrayRef>,
    /// When the watermark closes each; `None`: never.
    pub(super) due: Int64Array,
    /// First record of each.
    pub(super) ids: UInt64Array,
    pub(super) hashes: Vec<u64>,
}

/// The state of an aggregation.
pub(super) struct GroupState {
    /// Number of key columns; the due time and the record id follow them.
    width: usize,
    pub(super) rows: KeyedRows,
    pub(super) accumulators: Accumulators,
    /// Positions of the keys that rows are found by.
    hashed: Vec<usize>,
    /// Whether the watermark takes groups out.
    evicts: bool,
    /// Keys, aggregates, record id.
    output: SchemaRef,
}

impl GroupState {
    /// State for groups with the given keys, found by those at `hashed`.
    pub(super) fn new(
        keys: &[Column],
        hashed: Vec<usize>,
        evicts: bool,
        output: &[Column],
        calls: &Calls,
    ) -> Result<Self> {
        let mut stored = keys.to_vec();
        stored.push(Column::due());
        Ok(Self {
            width: keys.len(),
            rows: KeyedRows::new(row_schema(&stored)),
            accumulators: calls.accumulators()?,
            hashed,
            evicts,
            output: row_schema(output),
        })
    }

    /// Bytes of memory: of the groups, and of what is known of each, in the form in which it is saved.
    pub(super) fn bytes(&self) -> Result<usize> {
        let known = self.accumulators.state(&self.rows.slots())?;
        Ok(self.rows.bytes() + known.iter().map(|column| column.get_array_memory_size()).sum::<usize>())
    }

    /// Position of the record id in a stored row.
    pub(super) fn id_column(&self) -> usize {
        self.width + 1
    }

    /// Adds groups, empty as yet. Returns their slots.
    pub(super) fn insert(&mut self, groups: NewGroups) -> Result<Vec<u32>> {
        let NewGroups { keys, due, ids, hashes } = groups;
        let times = in_time_order(due.iter().map(|due| due.filter(|_| self.evicts)));
        let mut arrays = keys;
        arrays.push(Arc::new(due));
        arrays.push(Arc::new(ids));
        let rows = RecordBatch::try_new(Arc::clone(self.rows.schema()), arrays)?;
        let slots = self.rows.insert(rows, &hashes, &vec![false; hashes.len()], &times)?;
        let end = slots.iter().max().map_or(0, |slot| *slot as usize + 1);
        self.accumulators.resize(end);
        Ok(slots)
    }

    /// The groups in these slots as they come out.
    pub(super) fn output(&mut self, slots: &[u32]) -> Result<RecordBatch> {
        let mut columns: Vec<usize> = (0..self.width).collect();
        columns.push(self.id_column());
        let mut arrays = self.rows.gather(&columns, slots)?;
        let ids = arrays.pop().expect("the record id is the last column");
        arrays.extend(self.accumulators.evaluate(slots)?);
        arrays.push(ids);
        Ok(RecordBatch::try_new(Arc::clone(&self.output), arrays)?)
    }

    /// Every slot in use, in the order in which the groups' first records came, then by time.
    pub(super) fn slots(&mut self) -> Result<Vec<u32>> {
        let slots = self.rows.slots();
        let columns = self.rows.gather(&[self.id_column(), self.width], &slots)?;
        let ids = columns[0].as_primitive::<UInt64Type>();
        let due = columns[1].as_primitive::<Int64Type>();
        let mut order: Vec<usize> = (0..slots.len()).collect();
        order.sort_by_key(|row| (ids.value(*row), due.is_valid(*row).then(|| due.value(*row))));
        Ok(order.into_iter().map(|row| slots[row]).collect())
    }

    /// Groups that the watermark closes, earliest first, then by first record. They can be read until
    /// [`GroupState::forget`] takes them.
    pub(super) fn evict(&mut self, bound: i64) -> Result<Vec<Evicted>> {
        let evicted = self.rows.evict_all(bound);
        let ids = self.rows.evicted_columns(&[self.id_column()], &evicted)?;
        let ids = ids[0].as_primitive::<UInt64Type>();
        let mut order: Vec<usize> = (0..evicted.len()).collect();
        order.sort_by_key(|row| (evicted[*row].time, ids.value(*row)));
        Ok(order.into_iter().map(|row| evicted[row]).collect())
    }

    /// Frees groups that have left.
    pub(super) fn forget(&mut self, groups: &[Evicted]) -> Result<()> {
        self.accumulators.clear(&slots_of(groups));
        self.rows.drop_rows(groups)
    }

    pub(super) fn kept(&self, operator: &'static str) -> Vec<KeptRow> {
        let kept = self.rows.kept().map(|(rows, row, _)| {
            let due = rows.column(self.width).as_primitive::<Int64Type>();
            let id = rows.column(self.id_column()).as_primitive::<UInt64Type>().value(row);
            KeptRow {
                record: RecordId::unpack(id),
                operator,
                event_time: due.is_valid(row).then(|| due.value(row)),
                matched: true,
            }
        });
        kept.collect()
    }

    pub(super) fn save(&mut self, extent: Extent) -> Result<StateTable<'_>> {
        let saved = self.rows.start_saving(extent);
        let state = self.accumulators.state(&saved.slots)?;
        Ok(self.rows.save(saved, state))
    }

    pub(super) fn load(&mut self, saved: &StateChange) -> Result<()> {
        let (stored, state) = saved.columns().split_at(self.id_column() + 1);
        let by: Vec<ArrayRef> = self.hashed.iter().map(|key| Arc::clone(&stored[*key])).collect();
        let hashes = hash(&by, saved.rows.num_rows())?;
        let due = stored[self.width].as_primitive::<Int64Type>();
        let times = due.iter().map(|due| due.filter(|_| self.evicts));
        let slots = self.rows.load(saved, &hashes, &in_time_order(times))?;
        self.accumulators.resize(slots.iter().max().map_or(0, |slot| *slot as usize + 1));
        self.accumulators.restore(&slots, state)
    }
}

/// Where groups were.
pub(super) fn slots_of(groups: &[Evicted]) -> Vec<u32> {
    groups.iter().map(|group| group.slot).collect()
}
