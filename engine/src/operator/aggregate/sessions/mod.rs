//! Sessions: groups of equal keys whose times touch (`defaultName`, Spark having no name of its own for it).
//!
//! A row comes as the session that it would be alone in. Rows of one batch with equal keys and equal sessions are one
//! group; late ones among these groups are dropped before anything merges, in every output mode. The others merge
//! with the stored sessions of their other keys, in the order of their starts, where one starts no later than the
//! one before ends ([`merging`]): a row may extend a session, or make one of two.
//!
//! ```text
//! gap 5 s           state after                     output
//! a 10:00:00        a [00, 05)                      -
//! a 10:00:08        a [00, 05), [08, 13)            -
//! a 10:00:05        a [00, 13)                      -          5 s after the first: touching is enough
//! watermark 13      -                               a [00, 13) 3
//! ```
//!
//! Append: a session comes out when the watermark reaches its end. Complete: all sessions, every batch; none leaves.
//! Every session of a key that the batch has touched counts as put.
//!
//! Source: `MergingSessionsExec`, `SessionWindowStateStoreRestoreExec`, `SessionWindowStateStoreSaveExec` (Spark
//! 3.5.4).

mod merging;

use std::sync::Arc;

use arrow::array::types::{TimestampMicrosecondType, UInt64Type};
use arrow::array::{
    Array, ArrayRef, Int64Array, PrimitiveArray, StructArray, UInt32Array, UInt64Array, cast::AsArray,
};
use arrow::compute::{concat, take};
use arrow::datatypes::DataType;
use arrow::record_batch::RecordBatch;

use super::Grouping;
use super::batch_groups::{BatchGroups, Partial};
use super::calls::take_all;
use super::group_state::{GroupState, NewGroups, slots_of};
use crate::batch::{BatchContext, Inputs, Output};
use crate::error::Result;
use crate::ledger::KeptRow;
use crate::operator::state::{find_all_slots, group_rows, hash};
use crate::operator::{Extent, Side, StateChange, StateTable, StatefulOperator};
use crate::plan::OutputMode;
use merging::{Member, Run, merge};

const NAME: &str = "defaultName";

/// Aggregation by sessions.
pub(super) struct SessionAggregate {
    grouping: Grouping,
    /// Position of the session among the keys.
    session: usize,
    /// Positions of the other keys.
    others: Vec<usize>,
    batch: BatchGroups,
    state: GroupState,
}

/// Stored and new sessions of the keys that a batch has touched: the stored ones first.
struct Touched {
    /// Slots of the stored ones.
    slots: Vec<u32>,
    members: Vec<Member>,
    /// First record of each.
    ids: Vec<u64>,
    /// Hash of each new one's other keys.
    hashes: Vec<u64>,
}

impl SessionAggregate {
    pub(super) fn new(grouping: Grouping, session: usize) -> Result<Self> {
        let others: Vec<usize> = (0..grouping.keys.len()).filter(|key| *key != session).collect();
        let evicts = grouping.mode == OutputMode::Append;
        let output = grouping.output();
        let state = GroupState::new(&grouping.keys, others.clone(), evicts, &output, &grouping.calls)?;
        let batch = BatchGroups::new(&grouping.keys, &grouping.calls)?;
        Ok(Self { grouping, session, others, batch, state })
    }

    /// Merges the batch's sessions with the stored ones.
    fn put(&mut self, groups: &Partial, ctx: &mut BatchContext<'_>) -> Result<()> {
        let touched = self.touched(groups)?;
        let stored = touched.slots.len();
        let (runs, order) = merge(&touched.members);
        ctx.state.rows_updated += runs.len() as u64;
        let changed: Vec<Run> = runs.into_iter().filter(|run| run.has_new(&order, stored)).collect();
        // What each merged session is made of, in the order in which it is merged.
        let parts: Vec<u32> = changed.iter().flat_map(|run| &order[run.members.clone()]).copied().collect();
        let numbers =
            changed.iter().enumerate().flat_map(|(i, run)| run.members.clone().map(move |_| i as u32));
        let numbers: Vec<u32> = numbers.collect();
        let merged = self.merged(&touched.slots, groups, &parts, &numbers, changed.len())?;
        for run in &changed {
            let parts = order[run.members.clone()].iter().map(|part| *part as usize);
            let vanished = parts.filter(|part| *part < stored && touched.members[*part].start != run.start);
            ctx.state.rows_removed += vanished.count() as u64;
        }
        let gone: Vec<u32> =
            parts.iter().filter_map(|part| touched.slots.get(*part as usize)).copied().collect();
        let gone = self.state.rows.remove(&gone);
        self.state.forget(&gone)?;
        let slots = self.state.insert(self.sessions(&changed, &order, &touched, groups)?)?;
        self.state.accumulators.restore(&slots, &merged)
    }

    /// The batch's sessions and the stored ones of the same other keys.
    fn touched(&mut self, groups: &Partial) -> Result<Touched> {
        let others: Vec<ArrayRef> = self.others.iter().map(|key| Arc::clone(&groups.keys[*key])).collect();
        let hashes = hash(&others, groups.len())?;
        let same = group_rows(&others, &hashes)?;
        let first_hashes: Vec<u64> = same.first_rows.iter().map(|row| hashes[*row as usize]).collect();
        let first = take_all(&others, &UInt32Array::from(same.first_rows))?;
        let found = find_all_slots(&first, &first_hashes, &mut self.state.rows, &self.others)?;
        let (keys, slots): (Vec<u32>, Vec<u32>) = found.into_iter().unzip();
        let columns = self.state.rows.gather(&[self.session, self.state.id_column()], &slots)?;
        let mut members = members(&keys, &columns[0], 0);
        members.extend(self::members(&same.of_row, &groups.keys[self.session], slots.len() as u32));
        let mut ids = columns[1].as_primitive::<UInt64Type>().values().to_vec();
        ids.extend(groups.ids.values());
        Ok(Touched { slots, members, ids, hashes })
    }

    /// What the merged sessions know: `parts[i]`, counted over stored sessions and then new ones, goes into session
    /// `numbers[i]`.
    fn merged(
        &mut self,
        stored: &[u32],
        groups: &Partial,
        parts: &[u32],
        numbers: &[u32],
        sessions: usize,
    ) -> Result<Vec<ArrayRef>> {
        let parts = UInt32Array::from(parts.to_vec());
        let stored = self.state.accumulators.state(stored)?;
        let both = stored.iter().zip(&groups.state).map(|(stored, new)| {
            let all = concat(&[stored.as_ref(), new.as_ref()])?;
            Ok(take(&all, &parts, None)?)
        });
        let mut accumulators = self.grouping.calls.accumulators()?;
        accumulators.resize(sessions);
        accumulators.merge(numbers, &both.collect::<Result<Vec<_>>>()?)?;
        accumulators.state(&(0..sessions as u32).collect::<Vec<_>>())
    }

    /// The rows of merged sessions.
    fn sessions(
        &self,
        runs: &[Run],
        order: &[u32],
        touched: &Touched,
        groups: &Partial,
    ) -> Result<NewGroups> {
        let stored = touched.slots.len() as u32;
        let parts = |run: &Run| order[run.members.clone()].iter().copied();
        let new =
            |run: &Run| parts(run).find(|part| *part >= stored).expect("a changed session has a new part");
        let new: Vec<u32> = runs.iter().map(|run| new(run) - stored).collect();
        let first = |run: &Run| parts(run).map(|part| touched.ids[part as usize]).min();
        let ids: Vec<u64> = runs.iter().filter_map(first).collect();
        let hashes = new.iter().map(|group| touched.hashes[*group as usize]).collect();
        let mut keys = take_all(&groups.keys, &UInt32Array::from(new))?;
        keys[self.session] = session_column(keys[self.session].data_type(), runs);
        let due = runs.iter().map(|run| run.end);
        Ok(NewGroups { keys, due: Int64Array::from_iter_values(due), ids: UInt64Array::from(ids), hashes })
    }
}

impl StatefulOperator for SessionAggregate {
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
        let threads = ctx.parallelism;
        let take = |input: RecordBatch| self.grouping.take(&mut self.batch, &input, true, NAME, ctx);
        inputs.batches(threads)?.into_iter().try_for_each(take)
    }

    fn finish(&mut self, ctx: &mut BatchContext<'_>, out: &mut Output<'_>) -> Result<()> {
        let groups = self.batch.finish(&self.grouping.calls)?;
        let groups = self.grouping.in_time(groups, true, ctx)?;
        if groups.len() > 0 {
            self.put(&groups, ctx)?;
        }
        if self.grouping.mode == OutputMode::Append {
            let bound = self.grouping.event_time.map(|_| ctx.watermarks.eviction.micros());
            let evicted = bound.map_or(Ok(vec![]), |bound| self.state.evict(bound))?;
            out(self.state.output(&slots_of(&evicted))?)?;
            self.state.forget(&evicted)?;
            ctx.state.rows_removed += evicted.len() as u64;
        } else {
            let all = self.state.slots()?;
            out(self.state.output(&all)?)?;
        }
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

/// Sessions as what is merged; `first` is the number of the first one.
fn members(keys: &[u32], sessions: &ArrayRef, first: u32) -> Vec<Member> {
    let bound =
        |at: usize| sessions.as_struct().column(at).as_primitive::<TimestampMicrosecondType>().values();
    let spans = bound(0).iter().zip(bound(1));
    let member = |(i, (key, (start, end))): (usize, (&u32, (&i64, &i64)))| Member {
        key: *key,
        start: *start,
        end: *end,
        number: first + i as u32,
    };
    keys.iter().zip(spans).enumerate().map(member).collect()
}

/// Merged sessions as a key column.
fn session_column(data_type: &DataType, runs: &[Run]) -> ArrayRef {
    let DataType::Struct(fields) = data_type else { unreachable!("a session is a struct") };
    let bound = |of: fn(&Run) -> i64| -> ArrayRef {
        let array = PrimitiveArray::<TimestampMicrosecondType>::from_iter_values(runs.iter().map(of));
        Arc::new(array.with_data_type(fields[0].data_type().clone()))
    };
    Arc::new(StructArray::new(fields.clone(), vec![bound(|run| run.start), bound(|run| run.end)], None))
}
