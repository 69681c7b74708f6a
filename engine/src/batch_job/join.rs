//! A join of rows that are all there.
//!
//! Schema: left columns, then right columns (semi and anti joins: left columns only), then the record id of the left
//! row, of the right one where there is no left. Rows: by left row in its order, matches in the order of the right
//! rows, then right rows without a match.
//!
//! The right rows are found by their keys; a join without equal keys compares every pair. A null key matches nothing
//! but under `<=>`; minus zero is zero and all NaN are one.
//!
//! Source: `HashJoin`, `BroadcastNestedLoopJoinExec` (Spark 3.5.4).

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::types::{Float32Type, Float64Type};
use arrow::array::{Array, ArrayRef, UInt32Array, UInt64Array, cast::AsArray};
use arrow::compute::{concat_batches, kernels::zip::zip, take};
use arrow::datatypes::{DataType, SchemaRef};
use arrow::record_batch::RecordBatch;
use arrow::row::{RowConverter, Rows, SortField};

use crate::batch::row_schema;
use crate::error::Result;
use crate::expr::{CompiledExpr, compile};
use crate::operator::stream_join::split_condition;
use crate::plan::{Column, Expr, JoinKind, conjunction};
use crate::session::Session;

/// Pairs that are looked at together.
const PAIRS_PER_CHUNK: usize = 64 * 1024;

/// A join of the rows under two numbers.
pub(super) struct Join {
    kind: JoinKind,
    sides: [Side; 2],
    /// Which keys match null with null.
    null_safe: Vec<bool>,
    /// Conditions beside the keys, over left columns followed by right columns.
    residual: Option<CompiledExpr>,
    /// Left columns, right columns, record id.
    pairs: SchemaRef,
    /// What comes out.
    output: SchemaRef,
}

struct Side {
    /// Where its rows are.
    number: usize,
    keys: Vec<(CompiledExpr, DataType)>,
    schema: SchemaRef,
}

/// Pairs of rows, as positions; `None` where a side has no row.
#[derive(Default)]
struct Pairs {
    left: Vec<Option<u32>>,
    right: Vec<Option<u32>>,
}

impl Join {
    pub(super) fn new(
        kind: JoinKind,
        condition: Option<&Expr>,
        numbers: [usize; 2],
        columns: [Vec<Column>; 2],
        session: &Session,
    ) -> Result<Self> {
        let split = split_condition(condition, &columns[0], &columns[1]);
        let mut both = columns.concat();
        both.iter_mut().for_each(|column| column.nullable = true);
        let keys = |of: &dyn Fn(usize) -> Expr, own: &[Column]| {
            let key = |at| Ok((compile(&of(at), own, session)?, of(at).data_type()));
            (0..split.equalities.len()).map(key).collect::<Result<Vec<_>>>()
        };
        let left = keys(&|at| split.equalities[at].left.clone(), &columns[0])?;
        let right = keys(&|at| split.equalities[at].right.clone(), &columns[1])?;
        let width = if kind.is_left_only() { columns[0].len() } else { both.len() };
        Ok(Self {
            kind,
            null_safe: split.equalities.iter().map(|equality| equality.null_safe).collect(),
            residual: conjunction(split.residual.iter().cloned())
                .map(|residual| compile(&residual, &both, session))
                .transpose()?,
            pairs: row_schema(&both),
            output: row_schema(&both[..width]),
            sides: [
                Side { number: numbers[0], keys: left, schema: row_schema(&columns[0]) },
                Side { number: numbers[1], keys: right, schema: row_schema(&columns[1]) },
            ],
        })
    }

    /// Joins the rows under the numbers of the two sides.
    pub(super) fn run(&self, rows: &[Vec<RecordBatch>]) -> Result<Vec<RecordBatch>> {
        let [left, right] = [self.sides[0].rows(rows)?, self.sides[1].rows(rows)?];
        let index = Index::new(&self.sides, &self.null_safe, &left, &right)?;
        let mut matched = vec![false; right.num_rows()];
        let mut output = Vec::new();
        let mut row = 0;
        while row < left.num_rows() {
            let start = row;
            let mut candidates = Pairs::default();
            while row < left.num_rows() && (row == start || candidates.left.len() < PAIRS_PER_CHUNK) {
                index.of(row, &mut candidates);
                row += 1;
            }
            let pairs = self.holding(candidates, &left, &right)?;
            pairs.right.iter().flatten().for_each(|right| matched[*right as usize] = true);
            self.emit(self.of_kind(pairs, start..row), &left, &right, &mut output)?;
        }
        if self.kind.keeps_right() {
            let alone: Vec<Option<u32>> =
                (0..matched.len() as u32).filter(|row| !matched[*row as usize]).map(Some).collect();
            let pairs = Pairs { left: vec![None; alone.len()], right: alone };
            self.emit(pairs, &left, &right, &mut output)?;
        }
        Ok(output)
    }

    /// The candidates for which the rest of the condition holds.
    fn holding(&self, candidates: Pairs, left: &RecordBatch, right: &RecordBatch) -> Result<Pairs> {
        let Some(residual) = &self.residual else { return Ok(candidates) };
        let rows = self.joined(&candidates, left, right)?;
        let holds = residual.matches(&rows)?;
        let keep = |side: Vec<Option<u32>>| {
            side.into_iter().zip(holds.iter()).filter(|(_, holds)| *holds == Some(true)).map(|(row, _)| row)
        };
        Ok(Pairs { left: keep(candidates.left).collect(), right: keep(candidates.right).collect() })
    }

    /// What a kind of join makes of the matches of a range of left rows.
    fn of_kind(&self, pairs: Pairs, rows: std::ops::Range<usize>) -> Pairs {
        if matches!(self.kind, JoinKind::Inner | JoinKind::RightOuter) {
            return pairs;
        }
        let mut kept = Pairs::default();
        let mut at = 0;
        for row in rows {
            let row = row as u32;
            let first = at;
            while pairs.left.get(at) == Some(&Some(row)) {
                at += 1;
            }
            let matched = at > first;
            match self.kind {
                JoinKind::LeftSemi if matched => kept.push(Some(row), None),
                JoinKind::LeftAnti if !matched => kept.push(Some(row), None),
                JoinKind::LeftSemi | JoinKind::LeftAnti => {}
                _ if matched => (first..at).for_each(|pair| kept.push(Some(row), pairs.right[pair])),
                _ => kept.push(Some(row), None),
            }
        }
        kept
    }

    fn emit(
        &self,
        pairs: Pairs,
        left: &RecordBatch,
        right: &RecordBatch,
        output: &mut Vec<RecordBatch>,
    ) -> Result<()> {
        if pairs.left.is_empty() {
            return Ok(());
        }
        let joined = self.joined(&pairs, left, right)?;
        let width = self.output.fields().len() - 1;
        let id = joined.num_columns() - 1;
        let columns: Vec<usize> = (0..width).chain([id]).collect();
        let columns = joined.project(&columns)?.columns().to_vec();
        output.push(RecordBatch::try_new(Arc::clone(&self.output), columns)?);
        Ok(())
    }

    fn joined(&self, pairs: &Pairs, left: &RecordBatch, right: &RecordBatch) -> Result<RecordBatch> {
        let (lefts, rights) = (UInt32Array::from(pairs.left.clone()), UInt32Array::from(pairs.right.clone()));
        let gather = |rows: &RecordBatch, at: &UInt32Array| {
            rows.columns().iter().map(|column| Ok(take(column, at, None)?)).collect::<Result<Vec<ArrayRef>>>()
        };
        let (mut columns, mut of_right) = (gather(left, &lefts)?, gather(right, &rights)?);
        let left_id = columns.pop().expect("the record id is the last column");
        let right_id = of_right.pop().expect("the record id is the last column");
        columns.extend(of_right);
        let there = arrow::compute::is_not_null(&left_id)?;
        let id = zip(&there, &left_id, &right_id)?;
        // A row of a pair is there on one side at least.
        columns.push(Arc::new(UInt64Array::new(
            id.as_primitive::<arrow::datatypes::UInt64Type>().values().clone(),
            None,
        )));
        Ok(RecordBatch::try_new(Arc::clone(&self.pairs), columns)?)
    }
}

impl Pairs {
    fn push(&mut self, left: Option<u32>, right: Option<u32>) {
        self.left.push(left);
        self.right.push(right);
    }
}

impl Side {
    /// All its rows as one batch.
    fn rows(&self, rows: &[Vec<RecordBatch>]) -> Result<RecordBatch> {
        Ok(concat_batches(&self.schema, &rows[self.number])?)
    }

    /// The keys of its rows.
    fn keys(&self, rows: &RecordBatch) -> Result<Vec<ArrayRef>> {
        self.keys.iter().map(|(key, _)| Ok(normalized(key.evaluate(rows)?))).collect()
    }
}

/// The rows of the right side by their keys, and the keys of the left side.
struct Index {
    right: BTreeMap<Box<[u8]>, Vec<u32>>,
    /// `None` without keys: every right row is a candidate.
    left: Option<Rows>,
    /// Left rows with a null that matches nothing.
    excluded: Vec<bool>,
    right_rows: u32,
}

impl Index {
    fn new(sides: &[Side; 2], null_safe: &[bool], left: &RecordBatch, right: &RecordBatch) -> Result<Self> {
        let right_rows = right.num_rows() as u32;
        if null_safe.is_empty() {
            let excluded = vec![false; left.num_rows()];
            return Ok(Self { right: BTreeMap::new(), left: None, excluded, right_rows });
        }
        let fields = sides[0].keys.iter().map(|(_, data_type)| SortField::new(data_type.clone()));
        let converter = RowConverter::new(fields.collect())?;
        let (left_keys, right_keys) = (sides[0].keys(left)?, sides[1].keys(right)?);
        let right_excluded = without_key(&right_keys, null_safe, right.num_rows());
        let mut by_key: BTreeMap<Box<[u8]>, Vec<u32>> = BTreeMap::new();
        for (row, key) in converter.convert_columns(&right_keys)?.iter().enumerate() {
            if !right_excluded[row] {
                by_key.entry(key.as_ref().into()).or_default().push(row as u32);
            }
        }
        Ok(Self {
            right: by_key,
            left: Some(converter.convert_columns(&left_keys)?),
            excluded: without_key(&left_keys, null_safe, left.num_rows()),
            right_rows,
        })
    }

    /// Adds the candidates of a left row.
    fn of(&self, row: usize, pairs: &mut Pairs) {
        let left = Some(row as u32);
        match &self.left {
            None => (0..self.right_rows).for_each(|right| pairs.push(left, Some(right))),
            Some(_) if self.excluded[row] => {}
            Some(keys) => {
                let found = self.right.get(keys.row(row).as_ref()).into_iter().flatten();
                found.for_each(|right| pairs.push(left, Some(*right)));
            }
        }
    }
}

/// Rows of which a key is null that does not match null.
fn without_key(keys: &[ArrayRef], null_safe: &[bool], rows: usize) -> Vec<bool> {
    let strict: Vec<&ArrayRef> =
        keys.iter().zip(null_safe).filter(|(_, safe)| !**safe).map(|(k, _)| k).collect();
    (0..rows).map(|row| strict.iter().any(|key| key.is_null(row))).collect()
}

fn normalized(key: ArrayRef) -> ArrayRef {
    match key.data_type() {
        DataType::Float64 => {
            let unique = |v: f64| if v.is_nan() { f64::NAN } else { v + 0.0 };
            Arc::new(key.as_primitive::<Float64Type>().unary::<_, Float64Type>(unique))
        }
        DataType::Float32 => {
            let unique = |v: f32| if v.is_nan() { f32::NAN } else { v + 0.0 };
            Arc::new(key.as_primitive::<Float32Type>().unary::<_, Float32Type>(unique))
        }
        _ => key,
    }
}
