//! Plain Rust functions as functions of DuckDB: values of columns in, a value out, null where any of them is null.
//!
//! ```ignore
//! function2::<Text, Int, Text>(connection, "wt_repeat", |text, times| Ok(Some(text.repeat(times as usize))))?;
//! ```

use std::marker::PhantomData;
use std::ops::Range;
use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, BinaryArray, BooleanArray, Date32Array, Float32Array, Float64Array, Int32Array,
    Int64Array, ListArray, ListBuilder, RecordBatch, StringArray, StringBuilder, StructArray,
    Time64MicrosecondArray, TimestampMicrosecondArray,
};
use arrow::buffer::NullBuffer;
use arrow::datatypes::{
    DataType, Date32Type, Field, Fields, Float32Type, Float64Type, Int32Type, Int64Type,
    Time64MicrosecondType, TimeUnit, TimestampMicrosecondType,
};
use duckdb::vscalar::{ArrowFunctionSignature, VArrowScalar};

use super::Failure;
use super::registrar::Registrar;

/// What a function answers: a value, null, or a failure.
pub type Answer<T> = Result<Option<T>, Failure>;

/// A type of columns: how its values are read and written.
pub trait Column: 'static {
    /// A value as functions take it.
    type In<'a>;
    /// A value as functions give it.
    type Out;

    /// The type as Arrow has it.
    fn data_type() -> DataType;

    /// The value in a row, which is not null.
    fn read(array: &dyn Array, row: usize) -> Self::In<'_>;

    /// A column of values, which came of these arguments.
    fn write(values: Vec<Option<Self::Out>>, arguments: &[ArrayRef]) -> ArrayRef;
}

/// `VARCHAR`.
pub struct Text;
/// `VARCHAR`, answered as a part of the first argument.
pub struct Part;
/// `BLOB`.
pub struct Bytes;
/// `BOOLEAN`.
pub struct Bool;
/// `INTEGER`.
pub struct Int32;
/// `BIGINT`.
pub struct Int;
/// `FLOAT`.
pub struct Float32;
/// `DOUBLE`.
pub struct Float;
/// `DATE`: days since 1970.
pub struct Date;
/// `TIME`: microseconds since midnight.
pub struct Clock;
/// `TIMESTAMP`: microseconds since 1970.
pub struct Instant;
/// `VARCHAR[]`; its elements may be null.
pub struct Texts;
/// `DOUBLE[]`; its elements may be null.
pub struct Floats;
/// `STRUCT(utc TIMESTAMP, zone VARCHAR)`: microseconds since 1970, and the name of a zone.
pub struct Zoned;

impl Column for Text {
    type In<'a> = &'a str;
    type Out = String;

    fn data_type() -> DataType {
        DataType::Utf8
    }

    fn read(array: &dyn Array, row: usize) -> &str {
        array.as_string::<i32>().value(row)
    }

    fn write(values: Vec<Option<String>>, _: &[ArrayRef]) -> ArrayRef {
        Arc::new(StringArray::from(values))
    }
}

impl Column for Part {
    type In<'a> = &'a str;
    /// Bytes of the first argument, which is text.
    type Out = Range<usize>;

    fn data_type() -> DataType {
        DataType::Utf8
    }

    fn read(array: &dyn Array, row: usize) -> &str {
        Text::read(array, row)
    }

    fn write(values: Vec<Option<Range<usize>>>, arguments: &[ArrayRef]) -> ArrayRef {
        let texts = arguments[0].as_string::<i32>();
        let parts = values.into_iter().enumerate();
        Arc::new(StringArray::from_iter(parts.map(|(row, part)| part.map(|part| &texts.value(row)[part]))))
    }
}

impl Column for Bytes {
    type In<'a> = &'a [u8];
    type Out = Vec<u8>;

    fn data_type() -> DataType {
        DataType::Binary
    }

    fn read(array: &dyn Array, row: usize) -> &[u8] {
        array.as_binary::<i32>().value(row)
    }

    fn write(values: Vec<Option<Vec<u8>>>, _: &[ArrayRef]) -> ArrayRef {
        let values: Vec<Option<&[u8]>> = values.iter().map(Option::as_deref).collect();
        Arc::new(BinaryArray::from(values))
    }
}

impl Column for Bool {
    type In<'a> = bool;
    type Out = bool;

    fn data_type() -> DataType {
        DataType::Boolean
    }

    fn read(array: &dyn Array, row: usize) -> bool {
        array.as_boolean().value(row)
    }

    fn write(values: Vec<Option<bool>>, _: &[ArrayRef]) -> ArrayRef {
        Arc::new(BooleanArray::from(values))
    }
}

impl Column for Texts {
    type In<'a> = Vec<Option<&'a str>>;
    type Out = Vec<Option<String>>;

    fn data_type() -> DataType {
        DataType::List(Arc::new(Field::new_list_field(DataType::Utf8, true)))
    }

    fn read(array: &dyn Array, row: usize) -> Vec<Option<&str>> {
        let list = array.as_list::<i32>();
        let offsets = list.value_offsets();
        let texts = list.values().as_string::<i32>();
        let rows = offsets[row] as usize..offsets[row + 1] as usize;
        rows.map(|at| texts.is_valid(at).then(|| texts.value(at))).collect()
    }

    fn write(values: Vec<Option<Vec<Option<String>>>>, _: &[ArrayRef]) -> ArrayRef {
        let mut lists = ListBuilder::new(StringBuilder::new());
        for list in values {
            let is_list = list.is_some();
            for text in list.into_iter().flatten() {
                lists.values().append_option(text);
            }
            lists.append(is_list);
        }
        Arc::new(lists.finish())
    }
}

impl Column for Floats {
    type In<'a> = Vec<Option<f64>>;
    type Out = Vec<Option<f64>>;

    fn data_type() -> DataType {
        DataType::List(Arc::new(Field::new_list_field(DataType::Float64, true)))
    }

    fn read(array: &dyn Array, row: usize) -> Vec<Option<f64>> {
        let list = array.as_list::<i32>().value(row);
        list.as_primitive::<Float64Type>().iter().collect()
    }

    fn write(values: Vec<Option<Vec<Option<f64>>>>, _: &[ArrayRef]) -> ArrayRef {
        Arc::new(ListArray::from_iter_primitive::<Float64Type, _, _>(values))
    }
}

impl Column for Zoned {
    type In<'a> = (i64, &'a str);
    type Out = (i64, String);

    fn data_type() -> DataType {
        DataType::Struct(zoned_fields())
    }

    fn read(array: &dyn Array, row: usize) -> (i64, &str) {
        let columns = array.as_struct();
        (Instant::read(columns.column(0), row), Text::read(columns.column(1), row))
    }

    fn write(values: Vec<Option<(i64, String)>>, _: &[ArrayRef]) -> ArrayRef {
        let valid = NullBuffer::from_iter(values.iter().map(Option::is_some));
        let (utc, zones) = values.into_iter().map(Option::unzip).unzip();
        let columns = vec![Instant::write(utc, &[]), Text::write(zones, &[])];
        Arc::new(StructArray::new(zoned_fields(), columns, Some(valid)))
    }
}

fn zoned_fields() -> Fields {
    Fields::from(vec![
        Field::new("utc", Instant::data_type(), true),
        Field::new("zone", DataType::Utf8, true),
    ])
}

/// Columns whose values are numbers inside.
macro_rules! number {
    ($name:ident, $native:ty, $arrow:ty, $array:ty, $data_type:expr) => {
        impl Column for $name {
            type In<'a> = $native;
            type Out = $native;

            fn data_type() -> DataType {
                $data_type
            }

            fn read(array: &dyn Array, row: usize) -> $native {
                array.as_primitive::<$arrow>().value(row)
            }

            fn write(values: Vec<Option<$native>>, _: &[ArrayRef]) -> ArrayRef {
                Arc::new(<$array>::from(values))
            }
        }
    };
}

number!(Int32, i32, Int32Type, Int32Array, DataType::Int32);
number!(Int, i64, Int64Type, Int64Array, DataType::Int64);
number!(Float32, f32, Float32Type, Float32Array, DataType::Float32);
number!(Float, f64, Float64Type, Float64Array, DataType::Float64);
number!(Date, i32, Date32Type, Date32Array, DataType::Date32);
number!(Clock, i64, Time64MicrosecondType, Time64MicrosecondArray, DataType::Time64(TimeUnit::Microsecond));
number!(
    Instant,
    i64,
    TimestampMicrosecondType,
    TimestampMicrosecondArray,
    DataType::Timestamp(TimeUnit::Microsecond, None)
);

type Run1<A, R> = for<'a> fn(<A as Column>::In<'a>) -> Answer<<R as Column>::Out>;
type Run2<A, B, R> = for<'a> fn(<A as Column>::In<'a>, <B as Column>::In<'a>) -> Answer<<R as Column>::Out>;
type Run3<A, B, C, R> = for<'a> fn(
    <A as Column>::In<'a>,
    <B as Column>::In<'a>,
    <C as Column>::In<'a>,
) -> Answer<<R as Column>::Out>;

type Run4<A, B, C, D, R> = for<'a> fn(
    <A as Column>::In<'a>,
    <B as Column>::In<'a>,
    <C as Column>::In<'a>,
    <D as Column>::In<'a>,
) -> Answer<<R as Column>::Out>;

/// What DuckDB keeps beside a function: which one it is. There is always one; the default is never run.
struct Kept<F>(Option<F>);

impl<F> Default for Kept<F> {
    fn default() -> Self {
        Self(None)
    }
}

impl<F: Clone> Clone for Kept<F> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

type Outcome = Result<Arc<dyn Array>, Box<dyn std::error::Error>>;

/// Runs a function row by row, over rows in which no argument is null.
fn rows<R: Column>(batch: &RecordBatch, run: impl Fn(&[ArrayRef], usize) -> Answer<R::Out>) -> Outcome {
    let columns = batch.columns();
    let mut values = Vec::with_capacity(batch.num_rows());
    for row in 0..batch.num_rows() {
        let all = columns.iter().all(|column| column.is_valid(row));
        values.push(if all { run(columns, row)? } else { None });
    }
    Ok(R::write(values, columns))
}

fn signature<R: Column>(params: Vec<DataType>) -> Vec<ArrowFunctionSignature> {
    vec![ArrowFunctionSignature::exact(params, R::data_type())]
}

struct Function1<A, R>(PhantomData<(A, R)>);

impl<A: Column, R: Column> VArrowScalar for Function1<A, R> {
    type State = Kept<Run1<A, R>>;

    fn invoke(state: &Self::State, batch: RecordBatch) -> Outcome {
        let run = state.0.expect("registered with a function");
        rows::<R>(&batch, |columns, row| run(A::read(&columns[0], row)))
    }

    fn signatures() -> Vec<ArrowFunctionSignature> {
        signature::<R>(vec![A::data_type()])
    }
}

struct Function2<A, B, R>(PhantomData<(A, B, R)>);

impl<A: Column, B: Column, R: Column> VArrowScalar for Function2<A, B, R> {
    type State = Kept<Run2<A, B, R>>;

    fn invoke(state: &Self::State, batch: RecordBatch) -> Outcome {
        let run = state.0.expect("registered with a function");
        rows::<R>(&batch, |columns, row| run(A::read(&columns[0], row), B::read(&columns[1], row)))
    }

    fn signatures() -> Vec<ArrowFunctionSignature> {
        signature::<R>(vec![A::data_type(), B::data_type()])
    }
}

struct Function3<A, B, C, R>(PhantomData<(A, B, C, R)>);

impl<A: Column, B: Column, C: Column, R: Column> VArrowScalar for Function3<A, B, C, R> {
    type State = Kept<Run3<A, B, C, R>>;

    fn invoke(state: &Self::State, batch: RecordBatch) -> Outcome {
        let run = state.0.expect("registered with a function");
        rows::<R>(&batch, |columns, row| {
            run(A::read(&columns[0], row), B::read(&columns[1], row), C::read(&columns[2], row))
        })
    }

    fn signatures() -> Vec<ArrowFunctionSignature> {
        signature::<R>(vec![A::data_type(), B::data_type(), C::data_type()])
    }
}

struct Function4<A, B, C, D, R>(PhantomData<(A, B, C, D, R)>);

impl<A: Column, B: Column, C: Column, D: Column, R: Column> VArrowScalar for Function4<A, B, C, D, R> {
    type State = Kept<Run4<A, B, C, D, R>>;

    fn invoke(state: &Self::State, batch: RecordBatch) -> Outcome {
        let run = state.0.expect("registered with a function");
        rows::<R>(&batch, |columns, row| {
            let (a, b) = (A::read(&columns[0], row), B::read(&columns[1], row));
            run(a, b, C::read(&columns[2], row), D::read(&columns[3], row))
        })
    }

    fn signatures() -> Vec<ArrowFunctionSignature> {
        signature::<R>(vec![A::data_type(), B::data_type(), C::data_type(), D::data_type()])
    }
}

fn register<F: VArrowScalar>(registrar: &Registrar<'_>, name: &str, state: F::State) -> duckdb::Result<()>
where
    F::State: Clone + Send + Sync + 'static,
{
    match registrar.wants(name) {
        true => registrar.connection.register_scalar_function_with_state::<F>(name, &state),
        false => Ok(()),
    }
}

/// Registers a function of one argument, if it is wanted.
///
/// # Errors
/// When DuckDB refuses it.
pub fn function1<A: Column, R: Column>(
    registrar: &Registrar<'_>,
    name: &str,
    run: Run1<A, R>,
) -> duckdb::Result<()> {
    register::<Function1<A, R>>(registrar, name, Kept(Some(run)))
}

/// Registers a function of two arguments.
///
/// # Errors
/// When DuckDB refuses it.
pub fn function2<A: Column, B: Column, R: Column>(
    registrar: &Registrar<'_>,
    name: &str,
    run: Run2<A, B, R>,
) -> duckdb::Result<()> {
    register::<Function2<A, B, R>>(registrar, name, Kept(Some(run)))
}

/// Registers a function of three arguments.
///
/// # Errors
/// When DuckDB refuses it.
pub fn function3<A: Column, B: Column, C: Column, R: Column>(
    registrar: &Registrar<'_>,
    name: &str,
    run: Run3<A, B, C, R>,
) -> duckdb::Result<()> {
    register::<Function3<A, B, C, R>>(registrar, name, Kept(Some(run)))
}

/// Registers a function of four arguments.
///
/// # Errors
/// When DuckDB refuses it.
pub fn function4<A: Column, B: Column, C: Column, D: Column, R: Column>(
    registrar: &Registrar<'_>,
    name: &str,
    run: Run4<A, B, C, D, R>,
) -> duckdb::Result<()> {
    register::<Function4<A, B, C, D, R>>(registrar, name, Kept(Some(run)))
}
