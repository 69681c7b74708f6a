//! Groups of equal keys: each keeps all its rows and is computed from them whenever it comes out.
//!
//! Source: `StateStoreSaveExec`, `StateStoreRestoreExec` (Spark 3.5.4).

use arrow::array::ArrayRef;
use wavetank_engine::aggregate::accumulator;
use wavetank_engine::batch::RecordId;
use wavetank_engine::error::Result;
use wavetank_engine::ledger::KeptRow;
use wavetank_engine::plan::{AggregateExpr, Column, ColumnId, OutputMode};
use wavetank_engine::query::QueryOptions;
use wavetank_engine::session::Session;

use super::rows::{Key, Row, RowExpr, key_of, time_of, unique_floats};
use super::tree::Turn;
use super::watermarks::{event_time_column, is_passed};

/// How rows are grouped, and what is computed of a group.
#[derive(Clone)]
pub(super) struct Grouping {
    pub(super) keys: Vec<Column>,
    /// Positions of the keys in a row.
    positions: Vec<usize>,
    /// Position of the event time among the keys, if it is one.
    time: Option<usize>,
    calls: Vec<Call>,
    pub(super) mode: OutputMode,
}

/// An aggregate call.
#[derive(Clone)]
struct Call {
    aggregate: AggregateExpr,
    args: Vec<RowExpr>,
    filter: Option<RowExpr>,
}

/// A group and every row of it, in order of arrival.
#[derive(Debug, Clone)]
pub(super) struct Group {
    pub(super) key: Key,
    pub(super) keys: Vec<ArrayRef>,
    pub(super) rows: Vec<Row>,
    /// The record that stands for the group.
    pub(super) record: RecordId,
}

impl Grouping {
    pub(super) fn new(
        keys: &[ColumnId],
        aggregates: &[(AggregateExpr, Column)],
        columns: &[Column],
        options: &QueryOptions,
    ) -> Result<Self> {
        let position = |key: &ColumnId| columns.iter().position(|column| column.id == *key);
        let positions: Vec<usize> = keys.iter().filter_map(position).collect();
        let keys: Vec<Column> = positions.iter().map(|at| columns[*at].clone()).collect();
        let call = |(aggregate, _): &(AggregateExpr, Column)| Call::new(aggregate, columns, &options.session);
        Ok(Self {
            time: event_time_column(&keys)?,
            keys,
            positions,
            calls: aggregates.iter().map(call).collect::<Result<_>>()?,
            mode: options.mode,
        })
    }

    /// The groups of a batch's own rows, without those that are late. Late rows are reported one by one, but counted
    /// group by group.
    pub(super) fn of_batch(&self, rows: Vec<Row>, drops: bool, turn: &mut Turn<'_>) -> Result<Vec<Group>> {
        let mut groups: Vec<Group> = Vec::new();
        let mut late: Vec<Key> = Vec::new();
        for row in rows {
            let keys: Vec<ArrayRef> =
                self.positions.iter().map(|at| unique_floats(&row.values[*at])).collect();
            let key = key_of(&keys)?;
            if drops && turn.drops_late(&row, self.time_of(&keys)) {
                if !late.contains(&key) {
                    late.push(key);
                }
                continue;
            }
            match groups.iter_mut().find(|group| group.key == key) {
                Some(group) => group.rows.push(row),
                None => groups.push(Group { key, keys, record: row.record, rows: vec![row] }),
            }
        }
        turn.counts.rows_dropped_by_watermark = late.len() as u64;
        Ok(groups)
    }

    /// The time by which a group is late or leaves, if its key has one.
    pub(super) fn time_of(&self, keys: &[ArrayRef]) -> Option<i64> {
        self.time.and_then(|at| time_of(&keys[at]))
    }

    /// The records that stand for groups, with the times of these.
    pub(super) fn kept<'g>(
        &self,
        groups: impl Iterator<Item = &'g Group>,
        operator: &'static str,
    ) -> Vec<KeptRow> {
        let kept = groups.map(|group| KeptRow {
            record: group.record,
            operator,
            event_time: self.time_of(&group.keys),
            matched: true,
        });
        kept.collect()
    }

    /// Groups as they come out, earliest first.
    pub(super) fn output<'g>(&self, groups: impl IntoIterator<Item = &'g Group>) -> Result<Vec<Row>> {
        let mut groups: Vec<&Group> = groups.into_iter().collect();
        groups.sort_by_key(|group| (self.time_of(&group.keys), group.record));
        let row = |group: &Group| {
            let results = self.calls.iter().map(|call| call.result(&group.rows));
            let values = group.keys.iter().cloned().map(Ok).chain(results).collect::<Result<_>>()?;
            Ok(Row { values, record: group.record })
        };
        groups.into_iter().map(row).collect()
    }
}

impl Call {
    fn new(aggregate: &AggregateExpr, columns: &[Column], session: &Session) -> Result<Self> {
        let compiled = |expr| RowExpr::new(expr, columns, session);
        Ok(Self {
            args: aggregate.args.iter().map(compiled).collect::<Result<_>>()?,
            filter: aggregate.filter.as_ref().map(compiled).transpose()?,
            aggregate: aggregate.clone(),
        })
    }

    /// The call over the rows of a group, from scratch.
    fn result(&self, rows: &[Row]) -> Result<ArrayRef> {
        let mut counted = Vec::new();
        for row in rows {
            if self.filter.as_ref().map_or(Ok(true), |filter| filter.holds(row))? {
                counted.push(row.clone());
            }
        }
        let AggregateExpr { accumulation, args, data_type, .. } = &self.aggregate;
        let types: Vec<_> = args.iter().map(|arg| arg.data_type()).collect();
        let mut accumulator = accumulator(accumulation, &types, data_type)?;
        accumulator.resize(1);
        let args = self.args.iter().map(|arg| arg.values(&counted)).collect::<Result<Vec<_>>>()?;
        accumulator.update(&vec![0; counted.len()], &args)?;
        accumulator.evaluate(&[0])
    }
}

/// The groups that are kept.
#[derive(Clone)]
pub(super) struct Groups {
    grouping: Grouping,
    kept: Vec<Group>,
}

impl Groups {
    pub(super) fn new(grouping: Grouping) -> Self {
        Self { grouping, kept: vec![] }
    }

    /// In complete mode nothing is late, and nothing leaves.
    pub(super) fn evicts(&self) -> bool {
        self.grouping.mode != OutputMode::Complete
    }

    pub(super) fn kept(&self, operator: &'static str) -> Vec<KeptRow> {
        self.grouping.kept(self.kept.iter(), operator)
    }

    pub(super) fn run(&mut self, rows: Vec<Row>, turn: &mut Turn<'_>) -> Result<Vec<Row>> {
        let mut groups = self.grouping.of_batch(rows, self.evicts(), turn)?;
        if self.grouping.keys.is_empty() && groups.is_empty() {
            // Without keys there is one group, rows or not.
            let record = RecordId { batch: turn.batch, source: 0, index: 0 };
            groups.push(Group { key: Key::new(), keys: vec![], rows: vec![], record });
        }
        let put: Vec<Key> = groups.iter().map(|group| group.key.clone()).collect();
        for group in groups {
            match self.kept.iter_mut().find(|kept| kept.key == group.key) {
                Some(kept) => kept.rows.extend(group.rows),
                None => self.kept.push(group),
            }
        }
        let leaves = |group: &Group| {
            self.evicts() && is_passed(self.grouping.time_of(&group.keys), turn.watermarks.eviction)
        };
        let comes_out = |group: &&Group| match self.grouping.mode {
            OutputMode::Append => leaves(group),
            OutputMode::Update => put.contains(&group.key),
            OutputMode::Complete => true,
        };
        let output = self.grouping.output(self.kept.iter().filter(comes_out))?;
        let staying: Vec<Group> = self.kept.iter().filter(|group| !leaves(group)).cloned().collect();
        turn.counts.rows_updated = put.len() as u64;
        turn.counts.rows_removed = (self.kept.len() - staying.len()) as u64;
        turn.counts.rows_total = staying.len() as u64;
        self.kept = staying;
        Ok(output)
    }
}
