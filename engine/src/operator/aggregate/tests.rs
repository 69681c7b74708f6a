//! The operators, driven batch by batch.

use std::sync::Arc;

use arrow::array::types::Int64Type;
use arrow::array::{
    Array, ArrayRef, Float64Array, Int64Array, ListArray, StringArray, StructArray,
    TimestampMicrosecondArray, UInt64Array, cast::AsArray,
};
use arrow::datatypes::{DataType, Field, Fields};
use proptest::prelude::*;

use super::*;
use crate::aggregate::find;
use crate::batch::{BatchId, Inputs, RecordId, row_schema};
use crate::ledger::{Ledger, LossReason};
use crate::operator::{Extent, Side, StateChange};
use crate::plan::{BinaryOp, ColumnIds, Delay, Expr};
use crate::progress::StateProgress;
use crate::session::Session;
use crate::types::timestamp_type;
use crate::watermark::{EventTimeObservation, Watermark, Watermarks};

const SECOND: i64 = 1_000_000;

/// A row: key, window or session in seconds, value.
type Row = (Option<&'static str>, (i64, i64), Option<i64>);

struct Driver {
    operator: Box<dyn StatefulOperator>,
    input: Vec<Column>,
    batch: u32,
}

/// What a batch did.
/// Key, start and end in seconds, count, sum.
type Readable = (Option<String>, i64, i64, i64, Option<i64>);

#[derive(Debug, Default, PartialEq)]
struct Done {
    rows: Vec<Readable>,
    updated: u64,
    removed: u64,
    total: u64,
    dropped: u64,
    lost_rows: usize,
}

fn columns() -> Vec<Column> {
    let ids = ColumnIds::default();
    let bounds = ["start", "end"].map(|name| Field::new(name, timestamp_type(), true));
    let mut window = ids.column("window", DataType::Struct(Fields::from(bounds.to_vec())), false);
    window.delay = Some(Delay { millis: 0 });
    vec![ids.column("k", DataType::Utf8, true), window, ids.column("v", DataType::Int64, true)]
}

fn call(function: &'static str, args: Vec<Expr>, filter: Option<Expr>) -> (AggregateExpr, Column) {
    let bound = (find(function).unwrap().bind)(args).unwrap();
    let column = ColumnIds::default().column(function, bound.data_type.clone(), bound.nullable);
    let expr = AggregateExpr {
        function,
        accumulation: bound.accumulation,
        args: bound.args,
        filter,
        distinct: false,
        data_type: bound.data_type,
        nullable: bound.nullable,
    };
    (expr, column)
}

impl Driver {
    /// `count(*), sum(v)` by key and window.
    fn grouped(mode: OutputMode) -> Self {
        Self::new(mode, false)
    }

    /// `count(*), sum(v)` by key and session.
    fn sessions(mode: OutputMode) -> Self {
        Self::new(mode, true)
    }

    fn new(mode: OutputMode, sessions: bool) -> Self {
        let input = columns();
        let calls = [call("count", vec![], None), call("sum", vec![input[2].reference()], None)];
        let keys = [input[0].id, input[1].id];
        let options = TreeOptions { session: &Session::default(), mode, parallelism: 1, seeded_bug: None };
        let session = sessions.then_some(input[1].id);
        let operator = aggregate(&keys, session, &calls, &input, &options).unwrap();
        Self { operator, input, batch: 0 }
    }

    fn batch_of(&self, rows: &[Row], first: u32) -> RecordBatch {
        let time = |of: fn(&Row) -> i64| -> ArrayRef {
            let times = TimestampMicrosecondArray::from_iter_values(rows.iter().map(|row| of(row) * SECOND));
            Arc::new(times.with_data_type(timestamp_type()))
        };
        let DataType::Struct(fields) = self.input[1].data_type.clone() else { unreachable!() };
        let windows = StructArray::new(fields, vec![time(|r| r.1.0), time(|r| r.1.1)], None);
        let id = |i| RecordId { batch: BatchId(self.batch), source: 0, index: first + i as u32 }.pack();
        let arrays: Vec<ArrayRef> = vec![
            Arc::new(rows.iter().map(|row| row.0).collect::<StringArray>()),
            Arc::new(windows),
            Arc::new(rows.iter().map(|row| row.2).collect::<Int64Array>()),
            Arc::new((0..rows.len()).map(id).collect::<Vec<u64>>().into_iter().collect::<UInt64Array>()),
        ];
        RecordBatch::try_new(row_schema(&self.input), arrays).unwrap()
    }

    /// One micro-batch whose rows come in two pieces; watermarks in seconds.
    fn run(&mut self, rows: &[Row], late: i64, eviction: i64) -> Done {
        let (first, second) = rows.split_at(rows.len() / 2);
        let batches = [self.batch_of(first, 0), self.batch_of(second, first.len() as u32)];
        let (emitted, state, ledger) = drive(&mut *self.operator, &batches, self.batch, late, eviction);
        self.batch += 1;
        assert!(ledger.losses.iter().all(|loss| loss.reason == LossReason::Late));
        Done {
            rows: emitted.iter().flat_map(readable).collect(),
            updated: state.rows_updated,
            removed: state.rows_removed,
            total: state.rows_total,
            dropped: state.rows_dropped_by_watermark,
            lost_rows: ledger.losses.len(),
        }
    }
}

fn drive(
    operator: &mut dyn StatefulOperator,
    batches: &[RecordBatch],
    batch: u32,
    late: i64,
    eviction: i64,
) -> (Vec<RecordBatch>, StateProgress, Ledger) {
    let (mut ledger, mut state) = (Ledger::default(), StateProgress::default());
    let mut observation = EventTimeObservation::default();
    let at = |seconds: i64| Watermark { millis: seconds * 1000 };
    let mut ctx = BatchContext {
        batch: BatchId(batch),
        watermarks: Watermarks { late: at(late), eviction: at(eviction) },
        ledger: &mut ledger,
        state: &mut state,
        observation: &mut observation,
        parallelism: 1,
        seeded_bug: None,
    };
    let mut emitted = Vec::new();
    let mut out = |rows| {
        emitted.push(rows);
        Ok(())
    };
    for rows in batches {
        operator.process(Side::Left, Inputs::ready(vec![rows.clone()]), &mut ctx, &mut out).unwrap();
    }
    operator.finish(&mut ctx, &mut out).unwrap();
    (emitted, state, ledger)
}

fn saved(driver: &mut Driver, extent: Extent) -> Vec<StateChange> {
    let tables = driver.operator.save(extent, 1).unwrap();
    tables.iter().map(|table| table.whole().unwrap()).collect()
}

fn readable(batch: &RecordBatch) -> Vec<Readable> {
    let keys = batch.column(0).as_string::<i32>();
    let bound = |at: usize| event_times(batch.column(1).as_struct().column(at));
    let (starts, ends) = (bound(0), bound(1));
    let number = |at: usize| batch.column(at).as_primitive::<Int64Type>().clone();
    let (counts, sums) = (number(2), number(3));
    let row = |row: usize| {
        let key = keys.is_valid(row).then(|| keys.value(row).to_owned());
        let sum = sums.is_valid(row).then(|| sums.value(row));
        (key, starts.value(row) / SECOND, ends.value(row) / SECOND, counts.value(row), sum)
    };
    (0..batch.num_rows()).map(row).collect()
}

fn a(start: i64, end: i64, value: i64) -> Row {
    (Some("a"), (start, end), Some(value))
}

fn out(start: i64, end: i64, count: i64, sum: i64) -> (Option<String>, i64, i64, i64, Option<i64>) {
    (Some("a".into()), start, end, count, Some(sum))
}

#[test]
fn append_emits_a_window_once_its_end_is_reached() {
    let mut driver = Driver::grouped(OutputMode::Append);
    let done = driver.run(&[a(0, 60, 1), a(60, 120, 2), a(0, 60, 3)], 0, 0);
    assert_eq!(done, Done { updated: 2, total: 2, ..Done::default() });
    let done = driver.run(&[], 0, 59);
    assert_eq!(done, Done { total: 2, ..Done::default() });
    let done = driver.run(&[a(0, 60, 5)], 59, 60);
    assert_eq!(
        done,
        Done { rows: vec![out(0, 60, 3, 9)], updated: 1, removed: 1, total: 1, ..Done::default() }
    );
}

#[test]
fn late_groups_are_counted_and_late_rows_are_reported() {
    let mut driver = Driver::grouped(OutputMode::Update);
    let rows = [a(0, 60, 1), a(0, 60, 1), a(0, 60, 1), (None, (0, 60), None), a(60, 120, 1)];
    let done = driver.run(&rows, 60, 60);
    let kept = vec![out(60, 120, 1, 1)];
    assert_eq!(done, Done { rows: kept, updated: 1, total: 1, dropped: 2, lost_rows: 4, ..Done::default() });
}

#[test]
fn update_emits_what_it_puts_even_if_it_leaves_at_once() {
    let mut driver = Driver::grouped(OutputMode::Update);
    let done = driver.run(&[a(0, 60, 1), a(60, 120, 2)], 0, 60);
    let rows = vec![out(0, 60, 1, 1), out(60, 120, 1, 2)];
    assert_eq!(done, Done { rows, updated: 2, removed: 1, total: 1, ..Done::default() });
    let done = driver.run(&[a(60, 120, 3)], 60, 120);
    assert_eq!(done, Done { rows: vec![out(60, 120, 2, 5)], updated: 1, removed: 1, ..Done::default() });
}

#[test]
fn complete_emits_everything_and_drops_nothing() {
    let mut driver = Driver::grouped(OutputMode::Complete);
    driver.run(&[a(60, 120, 2)], 0, 0);
    let done = driver.run(&[a(0, 60, 1)], 500, 500);
    let rows = vec![out(60, 120, 1, 2), out(0, 60, 1, 1)];
    assert_eq!(done, Done { rows: rows.clone(), updated: 1, total: 2, ..Done::default() });
    assert_eq!(driver.run(&[], 500, 500), Done { rows, total: 2, ..Done::default() });
    assert!(!driver.operator.evicts());
}

#[test]
fn null_is_a_group_and_a_slot_starts_afresh() {
    let mut driver = Driver::grouped(OutputMode::Append);
    driver.run(&[(None, (0, 60), Some(1)), (None, (0, 60), Some(2))], 0, 0);
    let done = driver.run(&[], 0, 60);
    assert_eq!(done.rows, [(None, 0, 60, 2, Some(3))]);
    driver.run(&[(Some("b"), (60, 120), None)], 60, 60);
    let done = driver.run(&[], 60, 120);
    assert_eq!(done.rows, [(Some("b".into()), 60, 120, 1, None)]);
}

fn global(mode: OutputMode) -> Driver {
    let input = columns();
    let calls = [call("count", vec![], None), call("sum", vec![input[2].reference()], None)];
    let options = TreeOptions { session: &Session::default(), mode, parallelism: 1, seeded_bug: None };
    let operator = aggregate(&[], None, &calls, &input, &options).unwrap();
    Driver { operator, input, batch: 0 }
}

#[test]
fn without_keys_there_is_one_group_even_without_rows() {
    let mut driver = global(OutputMode::Update);
    for (rows, count, sum) in
        [(vec![], 0, None), (vec![a(0, 60, 4), a(60, 120, 5)], 2, Some(9)), (vec![], 2, Some(9))]
    {
        let batch = driver.batch_of(&rows, 0);
        let (emitted, state, ledger) = drive(&mut *driver.operator, &[batch], 0, 1000, 1000);
        assert_eq!(emitted[0].column(0).as_primitive::<Int64Type>().value(0), count);
        let sums = emitted[0].column(1).as_primitive::<Int64Type>();
        assert_eq!(sums.is_valid(0).then(|| sums.value(0)), sum);
        assert_eq!((state.rows_updated, state.rows_total, ledger.losses.len()), (1, 1, 0));
    }
}

#[test]
fn a_filter_leaves_rows_out_of_one_aggregate_only() {
    let input = columns();
    let one = Expr::Literal(datafusion_common::ScalarValue::Int64(Some(1)));
    let filter = Expr::binary(BinaryOp::Gt, input[2].reference(), one);
    let calls = [
        call("count", vec![], Some(filter.clone())),
        call("count", vec![], None),
        call("count_if", vec![filter], None),
    ];
    let options = TreeOptions {
        session: &Session::default(),
        mode: OutputMode::Update,
        parallelism: 1,
        seeded_bug: None,
    };
    let operator = aggregate(&[input[0].id], None, &calls, &input, &options).unwrap();
    let mut driver = Driver { operator, input, batch: 0 };
    let rows = [a(0, 60, 1), a(0, 60, 2), (Some("a"), (0, 60), None)];
    let batch = driver.batch_of(&rows, 0);
    let (emitted, ..) = drive(&mut *driver.operator, &[batch], 0, 0, 0);
    let count = |at: usize| emitted[0].column(at).as_primitive::<Int64Type>().value(0);
    assert_eq!((count(1), count(2), count(3)), (1, 3, 1));
}

#[test]
fn minus_zero_and_zero_are_one_key_and_come_out_as_zero() {
    let key = ColumnIds::default().column("d", DataType::Float64, true);
    let input = vec![key];
    let options = TreeOptions {
        session: &Session::default(),
        mode: OutputMode::Update,
        parallelism: 1,
        seeded_bug: None,
    };
    let mut operator =
        aggregate(&[input[0].id], None, &[call("count", vec![], None)], &input, &options).unwrap();
    let keys: ArrayRef = Arc::new(Float64Array::from(vec![-0.0, 0.0, f64::NAN, -f64::NAN]));
    let ids: ArrayRef = Arc::new(UInt64Array::from(vec![0, 1, 2, 3]));
    let batch = RecordBatch::try_new(row_schema(&input), vec![keys, ids]).unwrap();
    let (emitted, state, _) = drive(&mut *operator, &[batch], 0, 0, 0);
    let keys = emitted[0].column(0).as_primitive::<arrow::array::types::Float64Type>().values();
    assert!(keys[0] == 0.0 && keys[0].is_sign_positive() && keys[1].is_nan());
    assert_eq!(state.rows_updated, 2);
}

#[test]
fn a_group_is_traced_to_its_first_record() {
    let mut driver = Driver::grouped(OutputMode::Append);
    driver.run(&[a(0, 60, 1), a(60, 120, 2), a(0, 60, 3)], 0, 0);
    driver.run(&[a(60, 120, 2)], 0, 0);
    let mut kept: Vec<_> = driver
        .operator
        .kept()
        .iter()
        .map(|row| (row.record.batch.0, row.record.index, row.event_time))
        .collect();
    kept.sort_unstable();
    assert_eq!(kept, [(0, 0, Some(60 * SECOND)), (0, 1, Some(120 * SECOND))]);
}

#[test]
fn sessions_as_the_only_key_are_refused() {
    let input = columns();
    let options = TreeOptions {
        session: &Session::default(),
        mode: OutputMode::Append,
        parallelism: 1,
        seeded_bug: None,
    };
    let refused = aggregate(&[input[1].id], Some(input[1].id), &[], &input, &options).err().unwrap();
    assert_eq!(
        refused.to_string(),
        "Global aggregation with session window in streaming query is not supported."
    );
}

#[test]
fn sessions_that_touch_merge_and_come_out_at_their_end() {
    let mut driver = Driver::sessions(OutputMode::Append);
    let done = driver.run(&[a(0, 5, 1), a(8, 13, 2), a(20, 25, 4)], 0, 0);
    assert_eq!(done, Done { updated: 3, total: 3, ..Done::default() });
    // Bridges the first two; the third is put again unchanged.
    let done = driver.run(&[a(5, 10, 8)], 0, 0);
    assert_eq!(done, Done { updated: 2, removed: 1, total: 2, ..Done::default() });
    let done = driver.run(&[], 0, 13);
    assert_eq!(done, Done { rows: vec![out(0, 13, 3, 11)], removed: 1, total: 1, ..Done::default() });
}

#[test]
fn an_earlier_row_moves_a_session_s_start() {
    let mut driver = Driver::sessions(OutputMode::Append);
    driver.run(&[a(10, 15, 1)], 0, 0);
    let done = driver.run(&[a(6, 11, 2)], 0, 0);
    assert_eq!(done, Done { updated: 1, removed: 1, total: 1, ..Done::default() });
    let done = driver.run(&[], 0, 15);
    assert_eq!(done.rows, [out(6, 15, 2, 3)]);
}

#[test]
fn late_sessions_are_dropped_before_they_merge_in_every_mode() {
    for mode in [OutputMode::Append, OutputMode::Complete] {
        let mut driver = Driver::sessions(mode);
        driver.run(&[a(3, 13, 1)], 0, 0);
        // Touches the stored session, but its own end has been passed.
        let done = driver.run(&[a(0, 5, 2), a(0, 5, 2), a(0, 6, 4)], 5, 5);
        assert_eq!((done.dropped, done.lost_rows, done.updated, done.total), (1, 2, 1, 1));
        let rows = match mode {
            OutputMode::Append => driver.run(&[], 5, 13).rows,
            _ => done.rows,
        };
        assert_eq!(rows, [out(0, 13, 2, 5)]);
    }
}

#[test]
fn sessions_of_other_keys_are_left_alone() {
    let mut driver = Driver::sessions(OutputMode::Complete);
    driver.run(&[a(0, 5, 1), (None, (0, 5), Some(2)), (Some("b"), (0, 5), Some(3))], 0, 0);
    let done = driver.run(&[(None, (4, 9), Some(4))], 0, 0);
    assert_eq!((done.updated, done.removed, done.total), (1, 0, 3));
    assert!(done.rows.contains(&(None, 0, 9, 2, Some(6))));
    assert!(done.rows.contains(&out(0, 5, 1, 1)));
}

proptest! {
    /// Whatever came before, a state that was saved and loaded goes on as the one that was not.
    #[test]
    fn a_loaded_state_goes_on_as_before(
        batches in prop::collection::vec(
            (prop::collection::vec((0usize..3, 0i64..40, prop::option::of(-5i64..5)), 0..8), 0i64..30), 1..8),
        split in 0usize..8,
    ) {
        let keys = [Some("a"), Some("b"), None];
        for sessions in [false, true] {
            for mode in [OutputMode::Append, OutputMode::Update, OutputMode::Complete] {
                if sessions && mode == OutputMode::Update {
                    continue;
                }
                let mut driver = Driver::new(mode, sessions);
                let mut watermark = (0, 0);
                let mut twin: Option<Driver> = None;
                let mut history = saved(&mut driver, Extent::Snapshot);
                for (i, (rows, advance)) in batches.iter().enumerate() {
                    if i == split {
                        let mut loaded = Driver::new(mode, sessions);
                        loaded.batch = driver.batch;
                        let folded = StateChange::fold(&history).unwrap();
                        loaded.operator.load(&[folded]).unwrap();
                        let [loaded_state, state] = [&mut loaded, &mut driver].map(|d| saved(d, Extent::Snapshot));
                        prop_assert_eq!(&loaded_state, &state);
                        (twin, history) = (Some(loaded), state);
                    }
                    let rows: Vec<Row> = rows.iter().map(|(k, t, v)| (keys[*k], (*t, t + 5), *v)).collect();
                    let sorted = |mut done: Done| { done.rows.sort(); done };
                    let done = sorted(driver.run(&rows, watermark.0, watermark.1));
                    if let Some(twin) = &mut twin {
                        prop_assert_eq!(sorted(twin.run(&rows, watermark.0, watermark.1)), done);
                    }
                    let delta = saved(&mut driver, Extent::Delta);
                    if let Some(twin) = &mut twin {
                        prop_assert_eq!(&saved(twin, Extent::Delta), &delta);
                    }
                    history.extend(delta);
                    watermark = (watermark.1, watermark.1.max(*advance));
                }
            }
        }
    }

    /// In append mode every row that is not late is counted once, in exactly one group.
    #[test]
    fn every_row_comes_out_once_or_is_late(
        batches in prop::collection::vec((prop::collection::vec(0i64..40, 0..8), 0i64..30), 1..8),
    ) {
        for sessions in [false, true] {
            let mut driver = Driver::new(OutputMode::Append, sessions);
            let (mut watermark, mut given, mut counted, mut lost) = ((0, 0), 0, 0, 0);
            let last = [(vec![], 100), (vec![], 100)];
            for (times, advance) in batches.iter().chain(&last) {
                let rows: Vec<Row> = times.iter().map(|t| a(*t, t + 5, 1)).collect();
                let done = driver.run(&rows, watermark.0, watermark.1);
                given += rows.len();
                lost += done.lost_rows;
                counted += done.rows.iter().map(|row| row.3 as usize).sum::<usize>();
                watermark = (watermark.1, watermark.1.max(*advance));
            }
            prop_assert_eq!(counted + lost, given);
        }
    }
}

#[test]
fn lists_can_be_keys() {
    let input = vec![ColumnIds::default().column("l", crate::types::array_type(DataType::Int64), true)];
    let options = TreeOptions {
        session: &Session::default(),
        mode: OutputMode::Update,
        parallelism: 1,
        seeded_bug: None,
    };
    let calls = [call("count", vec![], None)];
    let mut operator = aggregate(&[input[0].id], None, &calls, &input, &options).unwrap();
    let list = |values: &[i64]| Some(values.iter().copied().map(Some).collect::<Vec<_>>());
    let lists = [list(&[1, 2]), None, list(&[]), list(&[1, 2]), None];
    let keys: ArrayRef = Arc::new(ListArray::from_iter_primitive::<Int64Type, _, _>(lists));
    let ids: ArrayRef = Arc::new(UInt64Array::from(vec![0, 1, 2, 3, 4]));
    let batch = RecordBatch::try_new(row_schema(&input), vec![keys, ids]).unwrap();
    for round in 1..3 {
        let (emitted, ..) = drive(&mut *operator, std::slice::from_ref(&batch), 0, 0, 0);
        assert_eq!(emitted[0].column(1).as_primitive::<Int64Type>().values(), &[2 * round, 2 * round, round]);
    }
}
