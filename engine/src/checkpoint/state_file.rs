//! One version of the state as bytes, and several versions put together again.
//!
//! For each table of each operator: its rows as Arrow IPC streams that follow each other, the serial numbers of rows
//! that have left, and those of rows that have matched, as little-endian 64-bit integers; then JSON that lists them
//! ([`Contents`]), and in the last eight bytes its length. A table to which a delta adds no row has no stream in it:
//! most batches leave most tables alone, and the layout of its rows is in the snapshot.

use std::ops::Range;
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::compute::concat_batches;
use arrow::datatypes::Schema;
use arrow::ipc::reader::StreamReader;
use arrow::ipc::writer::StreamWriter;
use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::layout::StateFile;
use crate::error::Result;
use crate::operator::{OperatorState, SavedOperator, StateChange, StateTable};
use crate::parallel;

/// What a state file holds, in the order in which the bytes follow.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Contents {
    version: u32,
    operators: Vec<OperatorContents>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct OperatorContents {
    operator: String,
    keys: Vec<String>,
    tables: Vec<TableContents>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct TableContents {
    rows_bytes: usize,
    removed: usize,
    matched: usize,
    next_serial: u64,
}

/// Rows of one stream, at most: small enough to be written while they are near, many enough to carry their layout.
const STREAM_ROWS_MAX: usize = 1024;

/// What a stream has beside its values, about.
const STREAM_LAYOUT_BYTES: usize = 8 * 1024;

/// Bytes of a length.
const LENGTH_BYTES: usize = 8;

/// A part of the state that is written by itself.
enum Part {
    /// Some of a table's rows, as a stream.
    Rows(Range<usize>),
    /// The serial numbers of those that have left, and that have matched.
    Serials,
}

/// The state as bytes, which `take` gets piece by piece; the same state gives the same bytes for any number of threads.
/// The rows of a stream are fetched out of the state, written and let go of before the next one's.
pub(super) fn encode(
    file: StateFile,
    states: &[SavedOperator<'_>],
    threads: usize,
    mut take: impl FnMut(Bytes),
) -> Result<()> {
    let tables: Vec<&StateTable<'_>> = states.iter().flat_map(|state| &state.tables).collect();
    let parts_of = |(number, table): (usize, &&StateTable<'_>)| {
        let parts = pieces(file, table).map(Part::Rows).chain([Part::Serials]);
        parts.map(|part| (number, part)).collect::<Vec<_>>()
    };
    let parts = tables.iter().enumerate().flat_map(parts_of).collect();
    let write = |(number, part): (usize, Part)| -> Result<_> {
        Ok(match part {
            Part::Rows(rows) => (Some(number), stream(&tables[number].piece(rows)?)?),
            Part::Serials => (None, serials(tables[number])),
        })
    };
    let mut rows_bytes = vec![0; tables.len()];
    parallel::for_each(threads, parts, write, |written| -> Result<()> {
        let (rows_of, bytes) = written?;
        rows_of.into_iter().for_each(|table| rows_bytes[table] += bytes.len());
        take(bytes);
        Ok(())
    })?;
    take(contents(file, states, rows_bytes));
    Ok(())
}

/// The serial numbers that are noted of a table.
fn serials(table: &StateTable<'_>) -> Bytes {
    let mut bytes = Vec::with_capacity((table.removed().len() + table.matched().len()) * 8);
    let serials = table.removed().iter().chain(table.matched());
    serials.for_each(|serial| bytes.extend_from_slice(&serial.to_le_bytes()));
    bytes.into()
}

/// The end of the file; `rows_bytes` are those of each table.
fn contents(file: StateFile, states: &[SavedOperator<'_>], rows_bytes: Vec<usize>) -> Bytes {
    let mut rows_bytes = rows_bytes.into_iter();
    let operators = states.iter().map(|SavedOperator { operator, keys, tables }| OperatorContents {
        operator: operator.clone(),
        keys: keys.clone(),
        tables: tables.iter().zip(&mut rows_bytes).map(TableContents::of).collect(),
    });
    let contents = Contents { version: file.version, operators: operators.collect() };
    let mut contents = serde_json::to_vec(&contents).expect("the contents have string keys only");
    contents.extend_from_slice(&(contents.len() as u64).to_le_bytes());
    contents.into()
}

impl TableContents {
    fn of((table, rows_bytes): (&StateTable<'_>, usize)) -> Self {
        let (removed, matched) = (table.removed().len(), table.matched().len());
        Self { rows_bytes, removed, matched, next_serial: table.next_serial() }
    }
}

/// Which rows of a table are written together; a snapshot has the layout even of no rows.
fn pieces(file: StateFile, table: &StateTable<'_>) -> impl Iterator<Item = Range<usize>> + use<> {
    let rows = table.rows();
    let count = rows.div_ceil(STREAM_ROWS_MAX).max(usize::from(file.snapshot));
    (0..count).map(move |piece| piece * STREAM_ROWS_MAX..rows.min((piece + 1) * STREAM_ROWS_MAX))
}

/// Rows as one stream.
fn stream(rows: &RecordBatch) -> Result<Bytes> {
    let bytes = rows.columns().iter().map(|column| column.to_data().get_slice_memory_size());
    let bytes = bytes.sum::<Result<usize, _>>()?;
    let mut stream = Vec::with_capacity(bytes + STREAM_LAYOUT_BYTES);
    let mut writer = StreamWriter::try_new(&mut stream, rows.schema_ref())?;
    writer.write(rows)?;
    writer.finish()?;
    Ok(stream.into())
}

/// The state that [`encode`] gave bytes of.
///
/// # Errors
/// What is wrong with the bytes.
pub(super) fn decode(version: u32, file: &Bytes) -> Result<Vec<OperatorState>, String> {
    let mut rest = file.clone();
    let mut take_end = |bytes: u64| {
        let at = usize::try_from(bytes).ok().and_then(|bytes| rest.len().checked_sub(bytes));
        at.map(|at| rest.split_off(at)).ok_or_else(|| "its contents are not listed".to_owned())
    };
    let length = take_end(LENGTH_BYTES as u64)?;
    let length = u64::from_le_bytes(length[..].try_into().expect("a length has eight bytes"));
    let contents: Contents = serde_json::from_slice(&take_end(length)?).map_err(|e| e.to_string())?;
    if contents.version != version {
        return Err(format!("it holds version {}", contents.version));
    }
    let mut states = Vec::new();
    for OperatorContents { operator, keys, tables } in contents.operators {
        let tables =
            tables.iter().map(|table| take_table(&mut rest, table)).collect::<Result<_, String>>()?;
        states.push(OperatorState { operator, keys, tables });
    }
    match rest.is_empty() {
        true => Ok(states),
        false => Err(format!("it has {} bytes too many", rest.len())),
    }
}

fn take_table(rest: &mut Bytes, contents: &TableContents) -> Result<StateChange, String> {
    let mut take = |bytes: usize| match bytes <= rest.len() {
        true => Ok(rest.split_to(bytes)),
        false => Err(format!("{} bytes are missing", bytes - rest.len())),
    };
    let rows = take(contents.rows_bytes)?;
    let (removed, matched) = (take(contents.removed * 8)?, take(contents.matched * 8)?);
    let rows = match rows.is_empty() {
        true => RecordBatch::new_empty(Arc::new(Schema::empty())),
        false => read_rows(&rows)?,
    };
    let serials = |bytes: &Bytes| {
        let number = |bytes: &[u8]| u64::from_le_bytes(bytes.try_into().expect("a chunk has eight bytes"));
        bytes.chunks_exact(8).map(number).collect()
    };
    let (removed, matched) = (serials(&removed), serials(&matched));
    Ok(StateChange { rows, removed, matched, next_serial: contents.next_serial })
}

fn read_rows(mut streams: &[u8]) -> Result<RecordBatch, String> {
    let mut pieces = Vec::new();
    while !streams.is_empty() {
        let reader = StreamReader::try_new(&mut streams, None).map_err(|e| e.to_string())?;
        pieces.extend(reader.collect::<Result<Vec<_>, _>>().map_err(|e| e.to_string())?);
    }
    let first = pieces.first().ok_or("a table has no rows, not even none")?;
    concat_batches(&first.schema(), &pieces).map_err(|e| e.to_string())
}

/// Several versions, a snapshot and the deltas behind it, as one state.
///
/// # Errors
/// What is wrong with them as a history.
pub(super) fn fold(versions: &[Vec<OperatorState>]) -> Result<Vec<OperatorState>, String> {
    let first = versions.first().ok_or("a state has no history")?;
    let shape = |states: &[OperatorState]| states.iter().map(|s| s.tables.len()).collect::<Vec<_>>();
    if versions.iter().any(|states| shape(states) != shape(first)) {
        return Err("it is not a version of the same state as the one before".into());
    }
    let folded = |(at, state): (usize, &OperatorState)| {
        let table = |table: usize| {
            let layout = &state.tables[table].rows;
            let with_layout = |change: &StateChange| match change.rows.num_columns() {
                0 => StateChange { rows: layout.slice(0, 0), ..change.clone() },
                _ => change.clone(),
            };
            let history: Vec<StateChange> =
                versions.iter().map(|version| with_layout(&version[at].tables[table])).collect();
            StateChange::fold(&history)
        };
        let tables = (0..state.tables.len()).map(table).collect::<Result<_, _>>()?;
        Ok(OperatorState { operator: state.operator.clone(), keys: state.keys.clone(), tables })
    };
    first.iter().enumerate().map(folded).collect()
}
