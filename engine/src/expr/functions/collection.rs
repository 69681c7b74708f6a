//! Functions of arrays, maps and structs. Positions of `element_at` count from 1, those of `get` from 0.
//!
//! Source: `collectionOperations.scala`, `complexTypeCreator.scala`.

use std::cmp::Ordering;
use std::sync::Arc;

use arrow::array::cast::AsArray;
use arrow::array::{
    Array as _, ArrayRef, BooleanArray, Int32Array, ListArray, MapArray, StructArray, UInt32Array,
    make_comparator,
};
use arrow::buffer::OffsetBuffer;
use arrow::compute::{SortOptions, interleave, take};
use arrow::datatypes::{DataType, Field, Fields};
use datafusion_common::{Result, ScalarValue, exec_err};

use super::Implementation::{Kernel, Rewrite};
use super::rows::{bigints, int_or, strict, text};
use super::signature::Class::*;
use super::signature::{Signature, cast_to, gives};
use super::{CommonType, Function, function};
use crate::plan::Expr;
use crate::types::{array_type, map_type, sql_type_name};

const OF_ITEM: Signature = Signature::of(&[Array], |args| item_type(&args[0].data_type()));

pub(super) const FUNCTIONS: &[Function] = &[
    function("array", &[], Signature::of(&[Common, Common], array_of).repeats().never_null(), Kernel(array)),
    function("array_contains", &[], Signature::is(&[Array, Any], gives::boolean), Rewrite(array_contains)),
    function(
        "array_join",
        &[],
        Signature::is(&[Array, Text, Text], gives::string).optional(1),
        Kernel(array_join),
    ),
    function("array_max", &[], OF_ITEM, Kernel(|a, _| extreme(a, Ordering::Greater))),
    function("array_min", &[], OF_ITEM, Kernel(|a, _| extreme(a, Ordering::Less))),
    function(
        "array_size",
        &[],
        Signature::is(&[Array], gives::int).null_with_arguments(),
        Kernel(array_size),
    ),
    function("element_at", &[], Signature::of(&[ArrayOrMap, Any], element_type), Kernel(element_at)),
    function("get", &[], Signature::of(&[Array, Int], |args| item_type(&args[0].data_type())), Kernel(get)),
    function("map", &[], Signature::of(&[Any], map_of).repeats().never_null(), Kernel(map)),
    function(
        "map_keys",
        &[],
        Signature::of(&[Map], |args| entry_type(args, 0)),
        Kernel(|a, t| entries(a, t, 0)),
    ),
    function(
        "map_values",
        &[],
        Signature::of(&[Map], |args| entry_type(args, 1)),
        Kernel(|a, t| entries(a, t, 1)),
    ),
    function(
        "named_struct",
        &[],
        Signature::of(&[Any], struct_of).repeats().never_null(),
        Kernel(named_struct),
    ),
    function("size", &["cardinality"], Signature::is(&[ArrayOrMap], gives::int).never_null(), Kernel(size)),
    function("sort_array", &[], Signature::like(&[Array, Boolean], 0).optional(1), Kernel(sort_array)),
    function("struct", &[], STRUCT, Kernel(named_struct)),
];

const STRUCT: Signature = Signature::of(&[Any], struct_of).repeats().never_null().with_field_names();

/// What `array_contains` comes down to once the types agree.
static CONTAINS: Function =
    function("array_contains", &[], Signature::is(&[Array, Any], gives::boolean), Kernel(contains));

/// The arguments of `struct`, each after its name: the column's, the field's, or `col1`, `col2`, …
pub(super) fn with_names(args: Vec<Expr>, names: &[Option<String>]) -> Vec<Expr> {
    let named = args.into_iter().enumerate().flat_map(|(at, arg)| {
        let field = match &arg {
            Expr::Field { name, .. } => Some(name.clone()),
            _ => None,
        };
        let name = names.get(at).cloned().flatten().or(field).unwrap_or_else(|| format!("col{}", at + 1));
        [Expr::Literal(ScalarValue::from(name)), arg]
    });
    named.collect()
}

pub(super) fn item_type(list: &DataType) -> Result<DataType, String> {
    match list {
        DataType::List(item) => Ok(item.data_type().clone()),
        other => Err(format!("{} has no elements", sql_type_name(other))),
    }
}

/// Key (0) or value (1) of a map.
pub(super) fn pair_type(map: &DataType, at: usize) -> Result<DataType, String> {
    match map {
        DataType::Map(entries, _) => match entries.data_type() {
            DataType::Struct(pair) => Ok(pair[at].data_type().clone()),
            _ => Err("a map has entries".to_owned()),
        },
        other => Err(format!("{} has no entries", sql_type_name(other))),
    }
}

fn entry_type(args: &[Expr], at: usize) -> Result<DataType, String> {
    Ok(array_type(pair_type(&args[0].data_type(), at)?))
}

fn element_type(args: &[Expr]) -> Result<DataType, String> {
    let (container, place) = (args[0].data_type(), args[1].data_type());
    match &container {
        DataType::Map(..) if pair_type(&container, 0)? == place => pair_type(&container, 1),
        DataType::List(_) if place.is_integer() => item_type(&container),
        _ => Err(format!(
            "[DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE] `element_at` cannot look up {} in {}",
            sql_type_name(&place),
            sql_type_name(&container)
        )),
    }
}

fn array_of(args: &[Expr]) -> Result<DataType, String> {
    Ok(array_type(args[0].data_type()))
}

fn map_of(args: &[Expr]) -> Result<DataType, String> {
    let odd = || Err("[WRONG_NUM_ARGS.WITHOUT_SUGGESTION] `map` takes pairs of key and value".to_owned());
    let (Some(key), Some(value)) = (args.first(), args.get(1)) else { return odd() };
    if !args.len().is_multiple_of(2) {
        return odd();
    }
    let (key, value) = (key.data_type(), value.data_type());
    let same = |pair: &[Expr]| pair[0].data_type() == key && pair[1].data_type() == value;
    match args.chunks(2).all(same) {
        true => Ok(map_type(key, value)),
        false => Err("[DATATYPE_MISMATCH.CREATE_MAP_KEY_DIFF_TYPES] the keys of `map` must have one type, and so must \
                      the values; cast them"
            .to_owned()),
    }
}

fn struct_of(args: &[Expr]) -> Result<DataType, String> {
    if args.is_empty() || !args.len().is_multiple_of(2) {
        return Err(
            "[WRONG_NUM_ARGS.WITHOUT_SUGGESTION] `named_struct` takes pairs of name and value".to_owned()
        );
    }
    let field = |pair: &[Expr]| {
        match &pair[0] {
        Expr::Literal(ScalarValue::Utf8(Some(name))) => Ok(Field::new(name, pair[1].data_type(), true)),
        _ => Err("[DATATYPE_MISMATCH.CREATE_NAMED_STRUCT_WITHOUT_FOLDABLE_STRING] the names of `named_struct` must be \
                  text literals"
            .to_owned()),
    }
    };
    Ok(DataType::Struct(args.chunks(2).map(field).collect::<Result<Fields, _>>()?))
}

pub(super) fn item_field(data_type: &DataType) -> Arc<Field> {
    match data_type {
        DataType::List(item) | DataType::Map(item, _) => item.clone(),
        other => Arc::new(Field::new_list_field(other.clone(), true)),
    }
}

/// Where the elements of a row are.
pub(super) fn range(offsets: &[i32], row: usize) -> std::ops::Range<usize> {
    offsets[row] as usize..offsets[row + 1] as usize
}

fn array(args: &[ArrayRef], returns: &DataType) -> Result<ArrayRef> {
    let rows = args[0].len();
    let arrays: Vec<&dyn arrow::array::Array> = args.iter().map(|a| a.as_ref()).collect();
    let places: Vec<(usize, usize)> =
        (0..rows).flat_map(|row| (0..args.len()).map(move |at| (at, row))).collect();
    let offsets = OffsetBuffer::from_lengths(std::iter::repeat_n(args.len(), rows));
    Ok(Arc::new(ListArray::try_new(item_field(returns), offsets, interleave(&arrays, &places)?, None)?))
}

fn map(args: &[ArrayRef], returns: &DataType) -> Result<ArrayRef> {
    let item = item_field(returns);
    let DataType::Struct(pair) = item.data_type() else { return exec_err!("a map has entries") };
    let columns = |at: usize| args.iter().skip(at).step_by(2).cloned().collect::<Vec<_>>();
    let [keys, values] = [(0, &pair[0]), (1, &pair[1])].map(|(at, field)| {
        array(&columns(at), &DataType::List(field.clone())).map(|list| list.as_list::<i32>().clone())
    });
    let (keys, values) = (keys?, values?);
    for row in 0..keys.len() {
        let keys = keys.value(row);
        let same = make_comparator(&keys, &keys, SortOptions::default())?;
        let twice = |at: usize| (0..at).any(|before| same(before, at) == Ordering::Equal);
        if (0..keys.len()).any(twice) {
            return exec_err!("[DUPLICATED_MAP_KEY] a key of `map` occurs twice");
        }
        if keys.null_count() > 0 {
            return exec_err!("[NULL_MAP_KEY] Cannot use null as map key.");
        }
    }
    let pairs =
        StructArray::try_new(pair.clone(), vec![keys.values().clone(), values.values().clone()], None)?;
    Ok(Arc::new(MapArray::try_new(item.clone(), keys.offsets().clone(), pairs, None, false)?))
}

fn entries(args: &[ArrayRef], returns: &DataType, at: usize) -> Result<ArrayRef> {
    let maps = args[0].as_map();
    let values = maps.entries().column(at).clone();
    let (offsets, nulls) = (maps.offsets().clone(), maps.nulls().cloned());
    Ok(Arc::new(ListArray::try_new(item_field(returns), offsets, values, nulls)?))
}

fn named_struct(args: &[ArrayRef], returns: &DataType) -> Result<ArrayRef> {
    let DataType::Struct(fields) = returns else { return exec_err!("a struct has fields") };
    let values = args.iter().skip(1).step_by(2).cloned().collect();
    Ok(Arc::new(StructArray::try_new(fields.clone(), values, None)?))
}

fn sizes(args: &[ArrayRef], of_null: Option<i32>) -> Result<ArrayRef> {
    let array = &args[0];
    let offsets = match array.data_type() {
        DataType::Map(..) => array.as_map().value_offsets(),
        _ => array.as_list::<i32>().value_offsets(),
    };
    let size = |row: usize| if array.is_valid(row) { Some(offsets[row + 1] - offsets[row]) } else { of_null };
    Ok(Arc::new((0..array.len()).map(size).collect::<Int32Array>()))
}

/// The size of null is -1 (`spark.sql.legacy.sizeOfNull`).
fn size(args: &[ArrayRef], _: &DataType) -> Result<ArrayRef> {
    sizes(args, Some(-1))
}

fn array_size(args: &[ArrayRef], _: &DataType) -> Result<ArrayRef> {
    sizes(args, None)
}

/// Whether an element equals the value.
fn array_contains(args: Vec<Expr>, common: CommonType) -> Result<Expr, String> {
    let args = list_and_item(args, common)?;
    Ok(Expr::Call { function: &CONTAINS, args, data_type: DataType::Boolean })
}

/// Brings elements and value to their common type.
pub(super) fn list_and_item(mut args: Vec<Expr>, common: CommonType) -> Result<Vec<Expr>, String> {
    let (value, list) = (args.remove(1), args.remove(0));
    let item = item_type(&list.data_type())?;
    let met = common(&item, &value.data_type()).ok_or_else(|| {
        let (item, value) = (sql_type_name(&item), sql_type_name(&value.data_type()));
        format!("[DATATYPE_MISMATCH.ARRAY_FUNCTION_DIFF_TYPES] an array of {item} cannot hold a value of type {value}")
    })?;
    let list = if met == item { list } else { cast_to(list, &array_type(met.clone())) };
    Ok(vec![list, cast_to(value, &met)])
}

/// Null when the value is not there but a null is.
fn contains(args: &[ArrayRef], _: &DataType) -> Result<ArrayRef> {
    let lists = args[0].as_list::<i32>();
    let items = lists.values();
    let same = make_comparator(items, &args[1], SortOptions::default())?;
    Ok(strict::<bool, BooleanArray>(args, |row| {
        let mut places = range(lists.value_offsets(), row);
        let found = places.clone().any(|at| items.is_valid(at) && same(at, row) == Ordering::Equal);
        if found { Some(true) } else { (!places.any(|at| items.is_null(at))).then_some(false) }
    }))
}

/// Nulls are left out unless there is a text for them.
fn array_join(args: &[ArrayRef], _: &DataType) -> Result<ArrayRef> {
    let lists = args[0].as_list::<i32>();
    let items = arrow::compute::cast(lists.values(), &DataType::Utf8)?;
    let items = items.as_string::<i32>();
    Ok(super::rows::strict_text(args, |row| {
        let shown = |at: usize| match items.is_valid(at) {
            true => Some(items.value(at)),
            false => (args.len() > 2).then(|| text(args, 2).value(row)),
        };
        let parts: Vec<&str> = range(lists.value_offsets(), row).filter_map(shown).collect();
        Some(parts.join(text(args, 1).value(row)))
    }))
}

/// The greatest or least element that is not null.
fn extreme(args: &[ArrayRef], wanted: Ordering) -> Result<ArrayRef> {
    let lists = args[0].as_list::<i32>();
    let items = lists.values();
    let compare = make_comparator(items, items, SortOptions::default())?;
    let best = |row: usize| {
        let places =
            range(lists.value_offsets(), row).filter(|at| lists.is_valid(row) && items.is_valid(*at));
        let better = |best: usize, at: usize| if compare(at, best) == wanted { at } else { best };
        places.reduce(better).map(|at| at as u32)
    };
    Ok(take(items, &(0..lists.len()).map(best).collect::<UInt32Array>(), None)?)
}

/// From the end where negative; null beyond the ends, an error for 0.
fn element_at(args: &[ArrayRef], _: &DataType) -> Result<ArrayRef> {
    if let DataType::Map(..) = args[0].data_type() {
        return value_at(args);
    }
    let places = [arrow::compute::cast(&args[1], &DataType::Int64)?];
    let places = bigints(&places, 0);
    if places.iter().flatten().any(|place| place == 0) {
        return exec_err!(
            "[INVALID_INDEX_OF_ZERO] the index 0 is invalid; an index shall be either < 0 or > 0 (the first element has index 1)"
        );
    }
    items_at(args, |row, length| {
        let place = places.value(row);
        let at = if place > 0 { place - 1 } else { length as i64 + place };
        usize::try_from(at).ok()
    })
}

fn get(args: &[ArrayRef], _: &DataType) -> Result<ArrayRef> {
    items_at(args, |row, _| usize::try_from(int_or(args, 1, row, 0)).ok())
}

/// The element of each row at a place that depends on the row and its length.
fn items_at(args: &[ArrayRef], place: impl Fn(usize, usize) -> Option<usize>) -> Result<ArrayRef> {
    let lists = args[0].as_list::<i32>();
    let item = |row: usize| {
        let range = range(lists.value_offsets(), row);
        let whole = lists.is_valid(row) && args[1].is_valid(row);
        let at = place(row, range.len()).filter(|at| whole && *at < range.len())?;
        Some((range.start + at) as u32)
    };
    Ok(take(lists.values(), &(0..lists.len()).map(item).collect::<UInt32Array>(), None)?)
}

/// The value of a key; null where the map lacks it.
fn value_at(args: &[ArrayRef]) -> Result<ArrayRef> {
    let maps = args[0].as_map();
    let same = make_comparator(maps.keys(), &args[1], SortOptions::default())?;
    let value = |row: usize| {
        let whole = maps.is_valid(row) && args[1].is_valid(row);
        let mut places = range(maps.value_offsets(), row).filter(|_| whole);
        places.find(|at| same(*at, row) == Ordering::Equal).map(|at| at as u32)
    };
    Ok(take(maps.values(), &(0..maps.len()).map(value).collect::<UInt32Array>(), None)?)
}

/// Nulls come first, or last where the order is descending.
fn sort_array(args: &[ArrayRef], returns: &DataType) -> Result<ArrayRef> {
    let lists = args[0].as_list::<i32>();
    let items = lists.values();
    let order = |descending: bool| {
        make_comparator(items, items, SortOptions { descending, nulls_first: !descending })
    };
    let (up, down) = (order(false)?, order(true)?);
    let mut places: Vec<u32> = Vec::with_capacity(items.len());
    let mut lengths = Vec::with_capacity(lists.len());
    for row in 0..lists.len() {
        let descending = args.get(1).is_some_and(|asc| asc.is_valid(row) && !asc.as_boolean().value(row));
        let mut row_places: Vec<u32> = range(lists.value_offsets(), row).map(|at| at as u32).collect();
        let compare = if descending { &down } else { &up };
        row_places.sort_by(|a, b| compare(*a as usize, *b as usize));
        lengths.push(row_places.len());
        places.extend(row_places);
    }
    let sorted = take(items, &UInt32Array::from(places), None)?;
    let offsets = OffsetBuffer::from_lengths(lengths);
    Ok(Arc::new(ListArray::try_new(item_field(returns), offsets, sorted, lists.nulls().cloned())?))
}
