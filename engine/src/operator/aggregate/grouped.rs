//! Groups of equal keys (`stateStoreSave`).
//!
//! Per batch: its groups that are not late are put into the state; then, by output mode,
//!
//! | mode | comes out | leaves |
//! |---|---|---|
//! | append | the groups that leave now | groups at or before the eviction watermark |
//! | update | the groups put, once each | the same, silently |
//! | complete | all groups | nothing; nothing is late either |
//!
//! ```text
//! count(*) by 10-minute window, append
//! input               watermark   state after              output
//! 10:01, 10:02        0           [10:00, 10:10) 2         -
//! 10:12               10:02       and [10:10, 10:20) 1     -
//! -                   10:10       [10:10, 10:20) 1         [10:00, 10:10) 2    its end is reached: inclusive
//! ```
//!
//! Null is a value of a key. Without keys everything is one group, which exists even before any row, is never late,
//! and is put in every batch. Groups without a time in their key are kept for ever.
//!
//! Source: `StateStoreSaveExec`, `StateStoreRestoreExec` (Spark 3.5.4).

use arrow::array::{Array, Int64Array, UInt32Array};
use arrow::record_batch::RecordBatch;

use super::Grouping;
use super::batch_groups::{BatchGroups, Partial};
use super::group_state::{GroupState, NewGroups, slots_of};
use crate::batch::{BatchContext, Inputs, Output, RecordId};
use crate::error::Result;
use crate::ledger::KeptRow;
use crate::operator::late::event_times;
use crate::operator::state::{find_slots, hash};
use crate::operator::{Extent, Side, StateChange, StateTable, StatefulOperator};
use crate::plan::OutputMode;
use crate::seeded_bug::SeededBug;

const NAME: &str = "stateStoreSave";

/// Aggregation by equal keys.
pub(super) struct GroupAggregate {
    grouping: Grouping,
    batch: BatchGroups,
    state: GroupState,
}

impl GroupAggregate {
    pub(super) fn new(grouping: Grouping) -> Result<Self> {
        let keys: Vec<usize> = (0..grouping.keys.len()).collect();
        let evicts = grouping.mode != OutputMode::Complete;
        let state = GroupState::new(&grouping.keys, keys, evicts, &grouping.output(), &grouping.calls)?;
        let batch = BatchGroups::new(&grouping.keys, &grouping.calls)?;
        Ok(Self { grouping, batch, state })
    }

    fn drops_late(&self) -> bool {
        self.grouping.mode != OutputMode::Complete
    }

    /// Merges groups into the state. Returns their slots.
    fn put(&mut self, groups: &Partial) -> Result<Vec<u32>> {
        let hashes = hash(&groups.keys, groups.len())?;
        let stored: Vec<usize> = (0..groups.keys.len()).collect();
        let found = find_slots(&groups.keys, &hashes, &mut self.state.rows, &stored)?;
        let new: Vec<u32> =
            (0..found.len() as u32).filter(|group| found[*group as usize].is_none()).collect();
        let new_hashes = new.iter().map(|group| hashes[*group as usize]).collect();
        let fresh = groups.take(&UInt32Array::from(new))?;
        let due = self.due(&fresh);
        let slots =
            self.state.insert(NewGroups { keys: fresh.keys, due, ids: fresh.ids, hashes: new_hashes })?;
        let mut slots = slots.into_iter();
        let slot = |found: Option<u32>| found.or_else(|| slots.next()).expect("every new group has a slot");
        let slots: Vec<u32> = found.into_iter().map(slot).collect();
        self.state.accumulators.merge(&slots, &groups.state)?;
        self.state.rows.set_updated(&slots);
        Ok(slots)
    }

    /// The time at which the watermark closes each group.
    fn due(&self, groups: &Partial) -> Int64Array {
        match self.grouping.event_time {
            Some(key) => {
                let times = event_times(&groups.keys[key]);
                Int64Array::new(times.values().clone(), times.nulls().cloned())
            }
            None => Int64Array::new_null(groups.len()),
        }
    }
}

impl StatefulOperator for GroupAggregate {
    fn name(&self) -> &'static str {
        NAME
    }

    fn keys(&self) -> Vec<String> {
        self.grouping.keys.iter().map(|key| key.name.clone()).collect()
    }

    fn process(
        &mut self,
        _: Side,
        inputs: Inputs<'_>,
        ctx: &mut BatchContext<'_>,
        _: &mut Output<'_>,
    ) -> Result<()> {
        let (drops_late, threads) = (self.drops_late(), ctx.parallelism);
        let take = |input: RecordBatch| self.grouping.take(&mut self.batch, &input, drops_late, NAME, ctx);
        inputs.batches(threads)?.into_iter().try_for_each(take)
    }

    fn finish(&mut self, ctx: &mut BatchContext<'_>, out: &mut Output<'_>) -> Result<()> {
        if self.grouping.keys.is_empty() && self.batch.is_empty() {
            self.batch.add_empty(RecordId { batch: ctx.batch, source: 0, index: 0 })?;
        }
        let groups = self.batch.finish(&self.grouping.calls)?;
        let groups = self.grouping.in_time(groups, self.drops_late(), ctx)?;
        let put = self.put(&groups)?;
        ctx.state.rows_updated += put.len() as u64;
        match self.grouping.mode {
            OutputMode::Append => {}
            OutputMode::Update => out(self.state.output(&put)?)?,
            OutputMode::Complete => {
                let all = self.state.slots()?;
                out(self.state.output(&all)?)?;
            }
        }
        let exclusive = i64::from(ctx.makes(SeededBug::WindowEndIsExclusive));
        let evicted = self.state.evict(ctx.watermarks.eviction.micros().saturating_sub(exclusive))?;
        if self.grouping.mode == OutputMode::Append {
            out(self.state.output(&slots_of(&evicted))?)?;
        }
        self.state.forget(&evicted)?;
        ctx.state.rows_removed += evicted.len() as u64;
        ctx.state.rows_total = self.state.rows.len() as u64;
        Ok(())
    }

    fn kept(&self) -> Vec<KeptRow> {
        self.state.kept(NAME)
    }

    fn rows(&self) -> usize {
        self.state.rows.len()
    }

    fn bytes(&self) -> Result<usize> {
        self.state.bytes()
    }

    fn evicts(&self) -> bool {
        self.grouping.mode != OutputMode::Complete
    }

    fn save(&mut self, extent: Extent, _: usize) -> Result<Vec<StateTable<'_>>> {
        Ok(vec![self.state.save(extent)?])
    }

    fn load(&mut self, tables: &[StateChange]) -> Result<()> {
        tables.iter().try_for_each(|table| self.state.load(table))
    }
}
