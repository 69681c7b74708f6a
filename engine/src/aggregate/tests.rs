//! Laws that every function obeys, and the corners of each.

use std::sync::Arc;

use arrow::array::types::{Decimal128Type, Float64Type, Int64Type};
use arrow::array::{
    Array, ArrayRef, BooleanArray, Decimal128Array, Float32Array, Float64Array, Int32Array, Int64Array,
    Int64Builder, MapBuilder, StringArray, StringBuilder, cast::AsArray,
};
use arrow::compute::concat;
use arrow::datatypes::DataType;
use datafusion_common::ScalarValue;
use proptest::prelude::*;

use super::*;
use crate::plan::ColumnId;

fn column(data_type: DataType) -> Expr {
    Expr::Column { id: ColumnId(0), data_type, nullable: true }
}

fn bound(function: &str, types: &[DataType]) -> BoundAggregate {
    let args = types.iter().cloned().map(column).collect();
    (find(function).unwrap().bind)(args).unwrap()
}

/// An accumulator for a call, with the arguments cast as the call wants them.
struct Harness {
    accumulator: Box<dyn Accumulator>,
    types: Vec<DataType>,
}

impl Harness {
    fn of(call: &BoundAggregate, groups: usize) -> Self {
        let types: Vec<DataType> = call.args.iter().map(Expr::data_type).collect();
        let mut accumulator = accumulator(&call.accumulation, &types, &call.data_type).unwrap();
        accumulator.resize(groups);
        Self { accumulator, types }
    }

    fn update(&mut self, groups: &[u32], args: &[ArrayRef]) {
        let cast = |(arg, to): (&ArrayRef, &DataType)| arrow::compute::cast(arg, to).unwrap();
        let args: Vec<ArrayRef> = args.iter().zip(&self.types).map(cast).collect();
        self.accumulator.update(groups, &args).unwrap();
    }

    fn evaluate(&self, groups: &[u32]) -> ArrayRef {
        self.accumulator.evaluate(groups).unwrap()
    }
}

/// The value over one group of all rows, merged from two halves.
fn aggregate(function: &str, args: &[ArrayRef]) -> ArrayRef {
    let types: Vec<DataType> = args.iter().map(|arg| arg.data_type().clone()).collect();
    over(&bound(function, &types), args)
}

fn over(call: &BoundAggregate, args: &[ArrayRef]) -> ArrayRef {
    let rows = args[0].len();
    let half = rows / 2;
    let part = |from: usize, len: usize| args.iter().map(|arg| arg.slice(from, len)).collect::<Vec<_>>();
    let mut first = Harness::of(call, 1);
    first.update(&vec![0; half], &part(0, half));
    let mut second = Harness::of(call, 1);
    second.update(&vec![0; rows - half], &part(half, rows - half));
    let state = second.accumulator.state(&[0]).unwrap();
    first.accumulator.merge(&[0], &state).unwrap();
    let result = first.evaluate(&[0]);
    assert_eq!(*result.data_type(), call.data_type);
    result
}

fn doubles(values: &[Option<f64>]) -> ArrayRef {
    Arc::new(Float64Array::from(values.to_vec()))
}

fn longs(values: &[Option<i64>]) -> ArrayRef {
    Arc::new(Int64Array::from(values.to_vec()))
}

fn texts(values: &[Option<&str>]) -> ArrayRef {
    Arc::new(StringArray::from(values.to_vec()))
}

fn truths(values: &[Option<bool>]) -> ArrayRef {
    Arc::new(BooleanArray::from(values.to_vec()))
}

fn decimals(precision: u8, scale: i8, values: &[Option<i128>]) -> ArrayRef {
    let array = Decimal128Array::from(values.to_vec());
    Arc::new(array.with_precision_and_scale(precision, scale).unwrap())
}

fn double(result: &ArrayRef) -> Option<f64> {
    result.is_valid(0).then(|| result.as_primitive::<Float64Type>().value(0))
}

fn long(result: &ArrayRef) -> Option<i64> {
    result.is_valid(0).then(|| result.as_primitive::<Int64Type>().value(0))
}

fn text(result: &ArrayRef) -> Option<&str> {
    result.is_valid(0).then(|| result.as_string::<i32>().value(0))
}

fn list(result: &ArrayRef) -> ArrayRef {
    result.as_list::<i32>().value(0)
}

/// Every call that the laws are checked with: each function with every type that it takes.
fn calls() -> Vec<BoundAggregate> {
    let mut calls = Vec::new();
    for function in AGGREGATES {
        for types in [
            vec![DataType::Int64],
            vec![DataType::Float64],
            vec![DataType::Utf8],
            vec![DataType::Boolean],
            vec![DataType::Decimal128(12, 2)],
            vec![DataType::Int64, DataType::Float64],
            vec![DataType::Utf8, DataType::Utf8],
        ] {
            calls.extend((function.bind)(types.into_iter().map(column).collect()));
        }
    }
    for function in ["first", "last"] {
        let ignore = Expr::Literal(ScalarValue::Boolean(Some(true)));
        calls.extend((find(function).unwrap().bind)(vec![column(DataType::Utf8), ignore]));
    }
    calls
}

/// Small whole numbers, so that no sum rounds, as a column of the type.
fn values(data_type: &DataType, values: &[Option<i64>]) -> ArrayRef {
    match data_type {
        DataType::Boolean => truths(&values.iter().map(|v| v.map(|v| v % 2 == 0)).collect::<Vec<_>>()),
        other => arrow::compute::cast(&longs(values), other).unwrap(),
    }
}

fn assert_same(left: &ArrayRef, right: &ArrayRef, call: &BoundAggregate) {
    if !matches!(call.accumulation, Accumulation::Spread(_)) {
        assert_eq!(left, right, "{call:?}");
        return;
    }
    let pairs = left.as_primitive::<Float64Type>().iter().zip(right.as_primitive::<Float64Type>());
    for (left, right) in pairs {
        let near = left.zip(right).is_some_and(|(l, r)| (l - r).abs() <= 1e-9 * l.abs().max(1.0));
        assert!(near || left == right, "{left:?} {right:?} {call:?}");
    }
}

proptest! {
    #[test]
    fn parts_merge_into_the_whole_and_state_is_all_there_is(
        rows in prop::collection::vec((0u32..3, prop::option::of(-9i64..9)), 0..30), split in 0usize..30,
    ) {
        let split = split.min(rows.len());
        let groups: Vec<u32> = rows.iter().map(|row| row.0).collect();
        let numbers: Vec<Option<i64>> = rows.iter().map(|row| row.1).collect();
        let all = [0, 1, 2];
        for call in calls() {
            let args: Vec<ArrayRef> = call.args.iter().map(|arg| values(&arg.data_type(), &numbers)).collect();
            let part = |from: usize, to: usize| {
                let mut part = Harness::of(&call, 3);
                let args: Vec<ArrayRef> = args.iter().map(|arg| arg.slice(from, to - from)).collect();
                part.update(&groups[from..to], &args);
                part
            };
            let whole = part(0, rows.len());
            let mut merged = part(0, split);
            let state = part(split, rows.len()).accumulator.state(&all).unwrap();
            let types: Vec<DataType> = state.iter().map(|column| column.data_type().clone()).collect();
            prop_assert_eq!(types, merged.accumulator.state_types());
            merged.accumulator.merge(&all, &state).unwrap();
            assert_same(&whole.evaluate(&all), &merged.evaluate(&all), &call);

            let mut restored = Harness::of(&call, 6);
            restored.accumulator.restore(&[5, 1, 3], &whole.accumulator.state(&all).unwrap()).unwrap();
            let (state, again) = (whole.accumulator.state(&all), restored.accumulator.state(&[5, 1, 3]));
            prop_assert_eq!(state.unwrap(), again.unwrap());
            let empty = restored.evaluate(&[0, 2, 4]);
            restored.accumulator.clear(&[5, 1, 3]);
            prop_assert_eq!(&restored.evaluate(&[5, 1, 3]), &empty);
        }
    }
}

#[test]
fn every_function_is_listed_once_in_order() {
    assert!(AGGREGATES.is_sorted_by(|a, b| a.name < b.name));
    assert!(find("COUNT").is_some() && find("median").is_none());
}

#[test]
fn results_have_sparks_types() {
    use DataType::*;
    let cases = [
        ("sum", Int8, Int64),
        ("sum", Float32, Float64),
        ("sum", Utf8, Float64),
        ("sum", Decimal128(10, 2), Decimal128(20, 2)),
        ("sum", Decimal128(35, 2), Decimal128(38, 2)),
        ("avg", Int32, Float64),
        ("mean", Decimal128(10, 2), Decimal128(14, 6)),
        ("avg", Decimal128(38, 36), Decimal128(38, 38)),
        ("min", Date32, Date32),
        ("count", Utf8, Int64),
        ("stddev", Utf8, Float64),
        ("collect_set", Utf8, crate::types::array_type(Utf8)),
    ];
    for (function, arg, result) in cases {
        assert_eq!(bound(function, &[arg]).data_type, result, "{function}");
    }
    assert!(!bound("collect_list", &[Utf8]).nullable && bound("sum", &[Int64]).nullable);
}

#[test]
fn arguments_that_do_not_fit_are_refused() {
    let bind = |function: &str, args: Vec<Expr>| (find(function).unwrap().bind)(args).unwrap_err();
    let map = crate::types::map_type(DataType::Utf8, DataType::Int64);
    assert_eq!(bind("sum", vec![]), BindError::Count { expected: "1" });
    assert_eq!(
        bind("sum", vec![column(DataType::Boolean)]),
        BindError::Type { argument: 0, expected: "a number" }
    );
    assert_eq!(
        bind("max", vec![column(map)]),
        BindError::Type { argument: 0, expected: "a type that can be ordered" }
    );
    assert_eq!(
        bind("first", vec![column(DataType::Utf8), column(DataType::Boolean)]),
        BindError::Type { argument: 1, expected: "a boolean literal" }
    );
    let error = Expr::Literal(ScalarValue::Float64(Some(0.5)));
    assert!(matches!(
        bind("approx_count_distinct", vec![column(DataType::Utf8), error]),
        BindError::Type { argument: 1, .. }
    ));
}

#[test]
fn a_count_wants_all_arguments() {
    let args = [longs(&[Some(1), None, Some(3)]), texts(&[Some("a"), Some("b"), None])];
    assert_eq!(long(&aggregate("count", &args)), Some(1));
    let constants = [Expr::Literal(ScalarValue::Int64(Some(1)))];
    assert!((find("count").unwrap().bind)(constants.to_vec()).unwrap().args.is_empty());
}

#[test]
fn sums_of_integers_wrap() {
    assert_eq!(long(&aggregate("sum", &[longs(&[Some(i64::MAX), None, Some(1)])])), Some(i64::MIN));
    assert_eq!(long(&aggregate("sum", &[longs(&[None])])), None);
}

#[test]
fn means_of_integers_do_not_wrap() {
    let mean = double(&aggregate("avg", &[longs(&[Some(i64::MAX), Some(i64::MAX)])]));
    assert_eq!(mean, Some(i64::MAX as f64));
    let small: ArrayRef = Arc::new(Int32Array::from(vec![1, 2, 4]));
    assert_eq!(double(&aggregate("avg", &[small])), Some(2.3333333333333335));
}

#[test]
fn floats_are_summed_as_doubles() {
    let floats: ArrayRef = Arc::new(Float32Array::from(vec![0.1, 0.2]));
    assert_eq!(double(&aggregate("sum", &[floats])), Some(f64::from(0.1f32) + f64::from(0.2f32)));
    let zero = double(&aggregate("sum", &[doubles(&[Some(-0.0)])])).unwrap();
    assert!(zero == 0.0 && zero.is_sign_positive());
    let nothing = double(&aggregate("sum", &[doubles(&[Some(f64::INFINITY), Some(f64::NEG_INFINITY)])]));
    assert!(nothing.unwrap().is_nan());
}

#[test]
fn a_decimal_sum_beyond_its_precision_is_null_for_good() {
    let large = 10i128.pow(38) - 1;
    let sum = |values: &[Option<i128>]| {
        let sum = aggregate("sum", &[decimals(38, 0, values)]);
        sum.is_valid(0).then(|| sum.as_primitive::<Decimal128Type>().value(0))
    };
    assert_eq!(sum(&[Some(large)]), Some(large));
    assert_eq!(sum(&[Some(large), Some(1), Some(-5), Some(-5)]), None);
    assert_eq!(sum(&[None]), None);
}

#[test]
fn a_decimal_mean_rounds_half_away_from_zero() {
    let mean = |values: &[Option<i128>]| {
        let mean = aggregate("avg", &[decimals(38, 36, values)]);
        mean.is_valid(0).then(|| mean.as_primitive::<Decimal128Type>().value(0))
    };
    assert_eq!(mean(&[Some(2), Some(3), Some(3)]), Some(267));
    assert_eq!(mean(&[Some(-2), Some(-3), Some(-3)]), Some(-267));
    assert_eq!(mean(&[Some(1), Some(0), None]), Some(50));
    let eighths: Vec<_> = (0..8).map(|i| Some(i128::from(i == 0))).collect();
    assert_eq!(mean(&eighths), Some(13));
    assert_eq!(mean(&[None]), None);
    let ten = 10 * 10i128.pow(36);
    assert_eq!(mean(&[Some(ten)]), None);
}

#[test]
fn nan_is_the_greatest_number_and_the_first_zero_stays() {
    let values = [doubles(&[Some(f64::NAN), Some(1.0), None])];
    assert_eq!(double(&aggregate("min", &values)), Some(1.0));
    assert!(double(&aggregate("max", &values)).unwrap().is_nan());
    for function in ["min", "max"] {
        let zero = double(&aggregate(function, &[doubles(&[Some(-0.0), Some(0.0)])])).unwrap();
        assert!(zero.is_sign_negative());
    }
}

#[test]
fn text_compares_by_bytes() {
    let values = [texts(&[Some("b"), Some("é"), None, Some("Z"), Some("")])];
    assert_eq!(text(&aggregate("max", &values)), Some("é"));
    assert_eq!(text(&aggregate("min", &values)), Some(""));
}

#[test]
fn booleans_are_ordered() {
    let truth = |function: &str, values: &[Option<bool>]| {
        let result = aggregate(function, &[truths(values)]);
        result.is_valid(0).then(|| result.as_boolean().value(0))
    };
    for all in ["bool_and", "every", "min"] {
        assert_eq!(truth(all, &[Some(true), None, Some(false)]), Some(false));
        assert_eq!(truth(all, &[Some(true), None]), Some(true));
        assert_eq!(truth(all, &[None]), None);
    }
    for any in ["bool_or", "any", "some"] {
        assert_eq!(truth(any, &[Some(true), None, Some(false)]), Some(true));
    }
}

#[test]
fn a_first_null_stays_unless_nulls_are_passed_over() {
    let values = texts(&[None, Some("x"), Some("y"), None]);
    assert_eq!(text(&aggregate("first", &[Arc::clone(&values)])), None);
    assert_eq!(text(&aggregate("last", &[Arc::clone(&values)])), None);
    let passing = |function: &str| {
        let ignore = Expr::Literal(ScalarValue::Boolean(Some(true)));
        let call = (find(function).unwrap().bind)(vec![column(DataType::Utf8), ignore]).unwrap();
        over(&call, &[Arc::clone(&values)])
    };
    assert_eq!(text(&passing("first_value")), Some("x"));
    assert_eq!(text(&passing("last_value")), Some("y"));
}

#[test]
fn the_last_of_equally_ordered_rows_wins() {
    let values = texts(&[Some("a"), Some("b"), None, Some("c"), Some("d")]);
    let order = longs(&[Some(1), Some(1), Some(9), None, Some(1)]);
    assert_eq!(text(&aggregate("max_by", &[Arc::clone(&values), Arc::clone(&order)])), None);
    assert_eq!(text(&aggregate("min_by", &[Arc::clone(&values), order])), Some("d"));
    let nan = doubles(&[Some(1.0), Some(f64::NAN), Some(2.0), None, None]);
    assert_eq!(text(&aggregate("max_by", &[values, nan])), Some("b"));
}

#[test]
fn collected_values_keep_their_order() {
    let values = [longs(&[Some(3), None, Some(1), Some(3)])];
    assert_eq!(&list(&aggregate("collect_list", &values)), &longs(&[Some(3), Some(1), Some(3)]));
    assert_eq!(&list(&aggregate("collect_set", &values)), &longs(&[Some(3), Some(1)]));
    assert_eq!(list(&aggregate("collect_list", &[longs(&[None])])).len(), 0);
}

#[test]
fn a_set_has_one_zero_and_every_nan() {
    let values = [doubles(&[Some(-0.0), Some(0.0), Some(f64::NAN), Some(f64::NAN), Some(-0.0)])];
    let set = list(&aggregate("collect_set", &values));
    let set = set.as_primitive::<Float64Type>().values();
    assert!(set.len() == 3 && set[0].is_sign_negative() && set[1].is_nan() && set[2].is_nan());
}

#[test]
fn maps_can_be_collected() {
    let mut maps = MapBuilder::new(None, StringBuilder::new(), Int64Builder::new());
    for value in [1, 2] {
        maps.keys().append_value("k");
        maps.values().append_value(value);
        maps.append(true).unwrap();
    }
    maps.append(false).unwrap();
    let maps: ArrayRef = Arc::new(maps.finish());
    let collected = list(&aggregate("collect_list", &[Arc::clone(&maps)]));
    assert_eq!(&collected, &maps.slice(0, 2));
    assert_eq!(&aggregate("first", &[Arc::clone(&maps)]), &maps.slice(0, 1));
}

#[test]
fn spread_of_one_value_is_nothing_in_a_population_and_unknown_in_a_sample() {
    let one = [doubles(&[Some(7.0)])];
    assert_eq!(double(&aggregate("var_pop", &one)), Some(0.0));
    assert_eq!(double(&aggregate("stddev_pop", &one)), Some(0.0));
    for sample in ["stddev", "std", "stddev_samp", "variance", "var_samp"] {
        assert_eq!(double(&aggregate(sample, &one)), None);
    }
    let three = [longs(&[Some(1), Some(3), None, Some(5)])];
    assert_eq!(double(&aggregate("stddev", &three)), Some(2.0));
    assert_eq!(double(&aggregate("var_pop", &three)), Some(2.6666666666666665));
}

#[test]
fn approximate_counts_take_nulls_for_nothing() {
    let values = concat(&[&Int64Array::from_iter_values(0..5), &Int64Array::new_null(5)]).unwrap();
    assert_eq!(long(&aggregate("approx_count_distinct", &[values])), Some(5));
}
