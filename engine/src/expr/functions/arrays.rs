//! Functions that make arrays of arrays: parts of them, both together, their elements in another order.
//!
//! Each gives the places of a row's elements in the elements of all rows; two nulls are the same element.
//!
//! Source: `collectionOperations.scala` (Spark 3.5.4).

use std::cmp::Ordering;
use std::sync::Arc;

use arrow::array::cast::AsArray;
use arrow::array::{
    Array as _, ArrayRef, BooleanArray, DynComparator, Int64Array, ListArray, MapArray, StructArray,
    UInt32Array, make_comparator,
};
use arrow::buffer::{NullBuffer, OffsetBuffer};
use arrow::compute::{SortOptions, concat as append, take};
use arrow::datatypes::{DataType, FieldRef};
use datafusion_common::{Result, exec_err};

use super::Implementation::{Kernel, Rewrite};
use super::collection::{item_field, item_type, list_and_item, pair_type, range};
use super::rows::{bigints, ints, strict};
use super::signature::Class::*;
use super::signature::{Signature, gives};
use super::{CommonType, Function, function};
use crate::plan::Expr;
use crate::types::{array_type, map_type, sql_type_name};

const ONE: Signature = Signature::like(&[Array], 0).null_with_arguments();
const TWO: Signature = Signature::of(&[Common, Common], an_array).null_with_arguments();
const WITH_ITEM: Signature = Signature::of(&[Array, Any], an_array);

pub(super) const FUNCTIONS: &[Function] = &[
    function("array_append", &[], WITH_ITEM, Rewrite(|args, common| with_item(args, common, &APPEND))),
    function("array_compact", &[], ONE, Kernel(|a, t| chosen(a, t, compact))),
    function("array_distinct", &[], ONE, Kernel(|a, t| chosen(a, t, distinct))),
    function("array_except", &[], TWO, Kernel(|a, t| of_two(a, t, except))),
    function("array_intersect", &[], TWO, Kernel(|a, t| of_two(a, t, intersect))),
    function("array_position", &[], POSITION_OF, Rewrite(|args, common| with_item(args, common, &POSITION))),
    function("array_prepend", &[], WITH_ITEM, Rewrite(|args, common| with_item(args, common, &PREPEND))),
    function("array_remove", &[], WITH_ITEM, Rewrite(|args, common| with_item(args, common, &REMOVE))),
    function("array_repeat", &[], Signature::of(&[Any, Int], repeated), Kernel(repeat)),
    function("array_sort", &[], ONE, Kernel(|a, t| chosen(a, t, sorted))),
    function("array_union", &[], TWO, Kernel(|a, t| of_two(a, t, union))),
    function("arrays_overlap", &[], Signature::of(&[Common, Common], overlap_type), Kernel(overlap)),
    function("flatten", &[], Signature::of(&[Array], flat), Kernel(flatten)),
    function("map_concat", &[], Signature::like(&[Map, Map], 0).repeats(), Kernel(map_concat)),
    function("map_contains_key", &[], Signature::is(&[Map, Any], gives::boolean), Rewrite(contains_key)),
    function("map_entries", &[], Signature::of(&[Map], entries_type), Kernel(map_entries)),
    function("map_from_arrays", &[], Signature::of(&[Array, Array], map_of_arrays), Kernel(map_from_arrays)),
    function("map_from_entries", &[], Signature::of(&[Array], map_of_entries), Kernel(map_from_entries)),
    function("sequence", &[], SEQUENCE, Kernel(sequence)),
    function("slice", &[], Signature::like(&[Array, Int, Int], 0).null_with_arguments(), Kernel(slice)),
];

const POSITION_OF: Signature = Signature::is(&[Array, Any], gives::bigint);
/// Numbers alone: days and instants have steps of their own.
const SEQUENCE: Signature =
    Signature::of(&[CommonNumber, CommonNumber, CommonNumber], numbers).optional(1).null_with_arguments();

static APPEND: Function = function("array_append", &[], WITH_ITEM, Kernel(|a, t| extended(a, t, false)));
static PREPEND: Function = function("array_prepend", &[], WITH_ITEM, Kernel(|a, t| extended(a, t, true)));
static REMOVE: Function = function("array_remove", &[], WITH_ITEM, Kernel(remove));
static POSITION: Function = function("array_position", &[], POSITION_OF, Kernel(position));
/// `concat` of arrays.
pub(super) static CONCAT: Function = function(
    "concat",
    &[],
    Signature::of(&[Common, Common], an_array).repeats().null_with_arguments(),
    Kernel(concat),
);
/// `reverse` of an array.
pub(super) static REVERSE: Function = function("reverse", &[], ONE, Kernel(|a, t| chosen(a, t, reversed)));

/// The elements of one row: where they are, and how they compare with each other.
struct Elements<'a> {
    places: Vec<usize>,
    items: &'a ArrayRef,
    compare: &'a DynComparator,
}

impl Elements<'_> {
    fn same(&self, left: usize, right: usize) -> bool {
        (self.compare)(left, right) == Ordering::Equal
    }

    /// Whether one of the places holds the same element.
    fn among(&self, places: &[usize], at: usize) -> bool {
        places.iter().any(|place| self.same(*place, at))
    }
}

fn an_array(args: &[Expr]) -> Result<DataType, String> {
    match args[0].data_type() {
        list @ DataType::List(_) => Ok(list),
        other => Err(format!(
            "[DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE] an ARRAY is needed, found {}",
            sql_type_name(&other)
        )),
    }
}

fn overlap_type(args: &[Expr]) -> Result<DataType, String> {
    an_array(args).map(|_| DataType::Boolean)
}

fn repeated(args: &[Expr]) -> Result<DataType, String> {
    Ok(array_type(args[0].data_type()))
}

fn flat(args: &[Expr]) -> Result<DataType, String> {
    match item_type(&args[0].data_type())? {
        inner @ DataType::List(_) => Ok(inner),
        other => Err(format!(
            "[DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE] `flatten` takes an array of arrays, found elements of type {}",
            sql_type_name(&other)
        )),
    }
}

fn numbers(args: &[Expr]) -> Result<DataType, String> {
    match args[0].data_type() {
        whole if whole.is_integer() => Ok(array_type(whole)),
        other => Err(format!(
            "[DATATYPE_MISMATCH.SEQUENCE_WRONG_INPUT_TYPES] `sequence` of {} is not supported",
            sql_type_name(&other)
        )),
    }
}

fn entries_type(args: &[Expr]) -> Result<DataType, String> {
    match args[0].data_type() {
        DataType::Map(entries, _) => Ok(array_type(entries.data_type().clone())),
        other => Err(format!("{} has no entries", sql_type_name(&other))),
    }
}

fn map_of_arrays(args: &[Expr]) -> Result<DataType, String> {
    Ok(map_type(item_type(&args[0].data_type())?, item_type(&args[1].data_type())?))
}

fn map_of_entries(args: &[Expr]) -> Result<DataType, String> {
    match item_type(&args[0].data_type())? {
        DataType::Struct(pair) if pair.len() == 2 => {
            Ok(map_type(pair[0].data_type().clone(), pair[1].data_type().clone()))
        }
        other => Err(format!(
            "[DATATYPE_MISMATCH.MAP_FROM_ENTRIES_WRONG_TYPE] `map_from_entries` takes an array of pairs, found {}",
            sql_type_name(&other)
        )),
    }
}

/// The call on a list and a value, brought to the same type.
fn with_item(args: Vec<Expr>, common: CommonType, to: &'static Function) -> Result<Expr, String> {
    to.call(list_and_item(args, common)?, &[None, None], common).map_err(|misuse| misuse.to_string())
}

/// An array of each row's elements at some places of `items`.
fn assemble(items: &ArrayRef, rows: Vec<Option<Vec<usize>>>, returns: &DataType) -> Result<ArrayRef> {
    let nulls: NullBuffer = rows.iter().map(Option::is_some).collect::<Vec<_>>().into();
    let offsets = OffsetBuffer::from_lengths(rows.iter().map(|row| row.as_ref().map_or(0, Vec::len)));
    let places: UInt32Array = rows.into_iter().flatten().flatten().map(|place| place as u32).collect();
    Ok(Arc::new(ListArray::try_new(item_field(returns), offsets, take(items, &places, None)?, Some(nulls))?))
}

fn comparator(items: &ArrayRef) -> Result<DynComparator> {
    Ok(make_comparator(items, items, SortOptions { descending: false, nulls_first: false })?)
}

/// Elements of the one array, chosen row by row.
fn chosen(
    args: &[ArrayRef],
    returns: &DataType,
    choose: fn(&Elements<'_>) -> Vec<usize>,
) -> Result<ArrayRef> {
    let lists = args[0].as_list::<i32>();
    let (items, compare) = (lists.values(), comparator(lists.values())?);
    let row = |row: usize| {
        let places = range(lists.value_offsets(), row).collect();
        lists.is_valid(row).then(|| choose(&Elements { places, items, compare: &compare }))
    };
    assemble(items, (0..lists.len()).map(row).collect(), returns)
}

fn compact(elements: &Elements<'_>) -> Vec<usize> {
    elements.places.iter().copied().filter(|at| elements.items.is_valid(*at)).collect()
}

fn distinct(elements: &Elements<'_>) -> Vec<usize> {
    let mut kept = Vec::new();
    for at in &elements.places {
        if !elements.among(&kept, *at) {
            kept.push(*at);
        }
    }
    kept
}

/// Ascending, nulls at the end.
fn sorted(elements: &Elements<'_>) -> Vec<usize> {
    let mut places = elements.places.clone();
    places.sort_by(|a, b| (elements.compare)(*a, *b));
    places
}

fn reversed(elements: &Elements<'_>) -> Vec<usize> {
    elements.places.iter().rev().copied().collect()
}

/// Elements of two arrays, chosen row by row; a null array makes null.
fn of_two(
    args: &[ArrayRef],
    returns: &DataType,
    choose: fn(&Elements<'_>, &[usize]) -> Vec<usize>,
) -> Result<ArrayRef> {
    let (left, right) = (args[0].as_list::<i32>(), args[1].as_list::<i32>());
    let items = append(&[left.values(), right.values()])?;
    let (compare, shift) = (comparator(&items)?, left.values().len());
    let row = |row: usize| {
        let places = range(left.value_offsets(), row).collect();
        let others: Vec<usize> = range(right.value_offsets(), row).map(|at| at + shift).collect();
        let whole = left.is_valid(row) && right.is_valid(row);
        whole.then(|| choose(&Elements { places, items: &items, compare: &compare }, &others))
    };
    assemble(&items, (0..left.len()).map(row).collect(), returns)
}

fn union(elements: &Elements<'_>, others: &[usize]) -> Vec<usize> {
    let places = elements.places.iter().chain(others).copied().collect();
    distinct(&Elements { places, ..*elements })
}

fn except(elements: &Elements<'_>, others: &[usize]) -> Vec<usize> {
    distinct(elements).into_iter().filter(|at| !elements.among(others, *at)).collect()
}

fn intersect(elements: &Elements<'_>, others: &[usize]) -> Vec<usize> {
    distinct(elements).into_iter().filter(|at| elements.among(others, *at)).collect()
}

/// Whether both hold the same element; null when only nulls may be it.
fn overlap(args: &[ArrayRef], _: &DataType) -> Result<ArrayRef> {
    let (left, right) = (args[0].as_list::<i32>(), args[1].as_list::<i32>());
    let compare = make_comparator(left.values(), right.values(), SortOptions::default())?;
    Ok(strict::<bool, BooleanArray>(args, |row| {
        let (mut l, mut r) = (range(left.value_offsets(), row), range(right.value_offsets(), row));
        let found = l.clone().any(|a| {
            let mut others = r.clone();
            left.values().is_valid(a) && others.any(|b| compare(a, b) == Ordering::Equal)
        });
        let empty = l.is_empty() || r.is_empty();
        let unknown = l.any(|at| left.values().is_null(at)) || r.any(|at| right.values().is_null(at));
        if found { Some(true) } else { (empty || !unknown).then_some(false) }
    }))
}

/// The array with one more element, null included.
fn extended(args: &[ArrayRef], returns: &DataType, first: bool) -> Result<ArrayRef> {
    let lists = args[0].as_list::<i32>();
    let (items, shift) = (append(&[lists.values(), &args[1]])?, lists.values().len());
    let row = |row: usize| {
        let mut places: Vec<usize> = range(lists.value_offsets(), row).collect();
        places.insert(if first { 0 } else { places.len() }, shift + row);
        lists.is_valid(row).then_some(places)
    };
    assemble(&items, (0..lists.len()).map(row).collect(), returns)
}

fn remove(args: &[ArrayRef], returns: &DataType) -> Result<ArrayRef> {
    let lists = args[0].as_list::<i32>();
    let items = lists.values();
    let compare = make_comparator(items, &args[1], SortOptions::default())?;
    let row = |row: usize| {
        let stays = |at: &usize| items.is_null(*at) || compare(*at, row) != Ordering::Equal;
        let whole = lists.is_valid(row) && args[1].is_valid(row);
        whole.then(|| range(lists.value_offsets(), row).filter(stays).collect())
    };
    assemble(items, (0..lists.len()).map(row).collect(), returns)
}

/// From 1; 0 when it is not there.
fn position(args: &[ArrayRef], _: &DataType) -> Result<ArrayRef> {
    let lists = args[0].as_list::<i32>();
    let items = lists.values();
    let compare = make_comparator(items, &args[1], SortOptions::default())?;
    Ok(strict::<i64, Int64Array>(args, |row| {
        let found = |at: usize| items.is_valid(at) && compare(at, row) == Ordering::Equal;
        Some(range(lists.value_offsets(), row).position(found).map_or(0, |at| at as i64 + 1))
    }))
}

fn repeat(args: &[ArrayRef], returns: &DataType) -> Result<ArrayRef> {
    let counts = ints(args, 1);
    let row = |row: usize| {
        let count = usize::try_from(counts.value(row)).unwrap_or(0);
        counts.is_valid(row).then(|| vec![row; count])
    };
    assemble(&args[0], (0..args[0].len()).map(row).collect(), returns)
}

fn concat(args: &[ArrayRef], returns: &DataType) -> Result<ArrayRef> {
    let lists: Vec<&ListArray> = args.iter().map(|a| a.as_list::<i32>()).collect();
    let all: Vec<&dyn arrow::array::Array> = lists.iter().map(|l| l.values().as_ref()).collect();
    let row = |row: usize| {
        let mut shift = 0;
        let mut places = Vec::new();
        for list in &lists {
            places.extend(range(list.value_offsets(), row).map(|at| at + shift));
            shift += list.values().len();
        }
        lists.iter().all(|list| list.is_valid(row)).then_some(places)
    };
    assemble(&append(&all)?, (0..args[0].len()).map(row).collect(), returns)
}

/// Null when one of the inner arrays is.
fn flatten(args: &[ArrayRef], returns: &DataType) -> Result<ArrayRef> {
    let lists = args[0].as_list::<i32>();
    let inner = lists.values().as_list::<i32>();
    let row = |row: usize| {
        let mut parts = range(lists.value_offsets(), row);
        let whole = lists.is_valid(row) && parts.clone().all(|at| inner.is_valid(at));
        whole.then(|| parts.by_ref().flat_map(|at| range(inner.value_offsets(), at)).collect())
    };
    assemble(inner.values(), (0..lists.len()).map(row).collect(), returns)
}

/// From 1, or from the end where negative.
fn slice(args: &[ArrayRef], returns: &DataType) -> Result<ArrayRef> {
    let lists = args[0].as_list::<i32>();
    let (starts, lengths) = (ints(args, 1), ints(args, 2));
    let mut rows = Vec::with_capacity(lists.len());
    for row in 0..lists.len() {
        if args.iter().any(|a| a.is_null(row)) {
            rows.push(None);
            continue;
        }
        let places = range(lists.value_offsets(), row);
        let (start, length) = (i64::from(starts.value(row)), lengths.value(row));
        if start == 0 {
            return exec_err!("[INVALID_PARAMETER_VALUE.START] the start of `slice` must not be 0");
        }
        let Ok(length) = usize::try_from(length) else {
            return exec_err!("[INVALID_PARAMETER_VALUE.LENGTH] the length of `slice` must not be negative");
        };
        let first = if start > 0 { start - 1 } else { places.len() as i64 + start };
        let found = usize::try_from(first).ok().map(|first| places.skip(first).take(length).collect());
        rows.push(Some(found.unwrap_or_default()));
    }
    assemble(lists.values(), rows, returns)
}

/// Both ends included; downwards where the end is below the start.
fn sequence(args: &[ArrayRef], returns: &DataType) -> Result<ArrayRef> {
    let wide =
        args.iter().map(|a| arrow::compute::cast(a, &DataType::Int64)).collect::<Result<Vec<_>, _>>()?;
    let mut values = Vec::new();
    let mut lengths = Vec::new();
    for row in 0..args[0].len() {
        let before = values.len();
        if args.iter().all(|a| a.is_valid(row)) {
            let (start, stop) = (bigints(&wide, 0).value(row), bigints(&wide, 1).value(row));
            let step = match wide.get(2) {
                Some(_) => bigints(&wide, 2).value(row),
                None if start <= stop => 1,
                None => -1,
            };
            if (step == 0 && start != stop) || (step > 0 && start > stop) || (step < 0 && start < stop) {
                return exec_err!("Illegal sequence boundaries: {start} to {stop} by {step}");
            }
            let count = if step == 0 { 0 } else { (stop - start) / step };
            values.extend((0..=count).map(|at| start + at * step));
        }
        lengths.push(values.len() - before);
    }
    let nulls: NullBuffer =
        (0..args[0].len()).map(|row| args.iter().all(|a| a.is_valid(row))).collect::<Vec<_>>().into();
    let item = item_field(returns);
    let values = arrow::compute::cast(&Int64Array::from(values), item.data_type())?;
    Ok(Arc::new(ListArray::try_new(item, OffsetBuffer::from_lengths(lengths), values, Some(nulls))?))
}

fn map_entries(args: &[ArrayRef], returns: &DataType) -> Result<ArrayRef> {
    let maps = args[0].as_map();
    let (offsets, nulls) = (maps.offsets().clone(), maps.nulls().cloned());
    let entries: ArrayRef = Arc::new(maps.entries().clone());
    Ok(Arc::new(ListArray::try_new(item_field(returns), offsets, entries, nulls)?))
}

fn contains_key(mut args: Vec<Expr>, common: CommonType) -> Result<Expr, String> {
    let (key, map) = (args.remove(1), args.remove(0));
    let call = |name: &str, args: Vec<Expr>| {
        let function = super::find(name).expect("it is a function of collections");
        let names = vec![None; args.len()];
        function.call(args, &names, common).map_err(|misuse| misuse.to_string())
    };
    let keys = call("map_keys", vec![map])?;
    call("array_contains", vec![keys, key])
}

/// The entries of a map type: the field of pairs, keys, values.
fn pair_fields(returns: &DataType) -> Result<(FieldRef, FieldRef, FieldRef)> {
    let entries = item_field(returns);
    match entries.data_type() {
        DataType::Struct(pair) => Ok((entries.clone(), pair[0].clone(), pair[1].clone())),
        _ => exec_err!("a map has entries"),
    }
}

/// A map of each row's keys and values, which stand side by side.
fn map_of(keys: &ListArray, values: &ListArray, returns: &DataType) -> Result<ArrayRef> {
    let (entries, key, value) = pair_fields(returns)?;
    let compare = comparator(keys.values())?;
    for row in 0..keys.len() {
        let places: Vec<usize> = range(keys.value_offsets(), row).collect();
        for (count, at) in places.iter().enumerate() {
            if keys.values().is_null(*at) {
                return exec_err!("[NULL_MAP_KEY] Cannot use null as map key.");
            }
            if places[..count].iter().any(|before| compare(*before, *at) == Ordering::Equal) {
                let key = arrow::util::display::array_value_to_string(keys.values(), *at)?;
                return exec_err!(
                    "[DUPLICATED_MAP_KEY] Duplicate map key {key} was found, please check the input data."
                );
            }
        }
    }
    let pair = [key, value].into_iter().collect();
    let pairs = StructArray::try_new(pair, vec![keys.values().clone(), values.values().clone()], None)?;
    let nulls = NullBuffer::union(keys.nulls(), values.nulls());
    Ok(Arc::new(MapArray::try_new(entries, keys.offsets().clone(), pairs, nulls, false)?))
}

/// The lists of both, as they were rows of one list of exactly the elements that rows have.
fn repacked(lists: &ListArray, whole: &[bool]) -> Result<ListArray> {
    let rows = (0..lists.len()).map(|row| whole[row].then(|| range(lists.value_offsets(), row).collect()));
    let array = assemble(lists.values(), rows.collect(), lists.data_type())?;
    Ok(array.as_list::<i32>().clone())
}

fn map_from_arrays(args: &[ArrayRef], returns: &DataType) -> Result<ArrayRef> {
    let (keys, values) = (args[0].as_list::<i32>(), args[1].as_list::<i32>());
    let whole: Vec<bool> = (0..keys.len()).map(|row| keys.is_valid(row) && values.is_valid(row)).collect();
    if (0..keys.len()).any(|row| whole[row] && keys.value_length(row) != values.value_length(row)) {
        return exec_err!("The key array and value array of MapData must have the same length.");
    }
    map_of(&repacked(keys, &whole)?, &repacked(values, &whole)?, returns)
}

fn map_from_entries(args: &[ArrayRef], returns: &DataType) -> Result<ArrayRef> {
    let lists = args[0].as_list::<i32>();
    let pairs = lists.values().as_struct();
    let whole: Vec<bool> = (0..lists.len())
        .map(|row| lists.is_valid(row) && range(lists.value_offsets(), row).all(|at| pairs.is_valid(at)))
        .collect();
    let column = |at: usize| {
        let item = array_type(pairs.column(at).data_type().clone());
        let lists = ListArray::try_new(
            item_field(&item),
            lists.offsets().clone(),
            pairs.column(at).clone(),
            lists.nulls().cloned(),
        )?;
        repacked(&lists, &whole)
    };
    map_of(&column(0)?, &column(1)?, returns)
}

fn map_concat(args: &[ArrayRef], returns: &DataType) -> Result<ArrayRef> {
    let column = |at: usize| {
        let list = array_type(pair_type(returns, at).map_err(datafusion_common::DataFusionError::Execution)?);
        let columns = args.iter().map(|a| {
            let maps = a.as_map();
            let (offsets, nulls) = (maps.offsets().clone(), maps.nulls().cloned());
            let values = maps.entries().column(at).clone();
            Ok(Arc::new(ListArray::try_new(item_field(&list), offsets, values, nulls)?) as ArrayRef)
        });
        let joined = concat(&columns.collect::<Result<Vec<_>>>()?, &list)?;
        Ok::<_, datafusion_common::DataFusionError>(joined.as_list::<i32>().clone())
    };
    map_of(&column(0)?, &column(1)?, returns)
}
