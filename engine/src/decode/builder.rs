//! Column builders with cheap rollback.
//!
//! Every column is a few growable vectors, and a mark is just a row count: cutting all vectors back to
//! it undoes a record that turned out broken at its end. Nulls are kept as a list of rows, because most
//! values of most columns are there. The children of a struct may be of different lengths only while
//! its current row is being read.

use super::DecodeError;
use super::buffers::{Bytes, Nulls, Values, end, offset, offsets, take_and_reserve};
use super::cell::Cell;
use crate::types::sql_type_name;
use arrow::array::{
    ArrayRef, BinaryArray, BooleanArray, Date32Array, Decimal128Array, Float32Array, Float64Array, Int8Array,
    Int16Array, Int32Array, Int64Array, ListArray, MapArray, StringArray, StructArray,
    TimestampMicrosecondArray,
};
use arrow::buffer::{BooleanBuffer, NullBuffer};
use arrow::datatypes::{DataType, FieldRef, Fields, TimeUnit};
use std::mem::take;
use std::sync::Arc;

/// One column being built.
#[derive(Debug)]
pub(super) enum Column {
    Boolean(Values<bool>),
    Int8(Values<i8>),
    Int16(Values<i16>),
    Int32(Values<i32>),
    Int64(Values<i64>),
    Float32(Values<f32>),
    Float64(Values<f64>),
    Decimal { values: Values<i128>, precision: u8, scale: i8 },
    Date(Values<i32>),
    Timestamp { values: Values<i64>, zone: Option<Arc<str>> },
    Text(Bytes),
    Binary(Bytes),
    Struct(StructColumn),
    List(ListColumn),
    Map(MapColumn),
}

/// A struct: named children of equal length.
#[derive(Debug)]
pub(super) struct StructColumn {
    pub(super) keys: Vec<Key>,
    pub(super) children: Vec<Column>,
    fields: Fields,
    len: usize,
    nulls: Nulls,
}

/// A list; `ends[row]` is where a row's items end.
#[derive(Debug)]
pub(super) struct ListColumn {
    pub(super) item: Box<Column>,
    field: FieldRef,
    ends: Vec<i32>,
    nulls: Nulls,
}

/// A map with text keys.
#[derive(Debug)]
pub(super) struct MapColumn {
    pub(super) keys: Bytes,
    pub(super) values: Box<Column>,
    field: FieldRef,
    ends: Vec<i32>,
    nulls: Nulls,
}

/// A field's name, ready for comparison with the text of a record.
#[derive(Debug)]
pub(super) struct Key {
    pub(super) name: String,
    /// The name and its closing quote, unless JSON must escape something in it.
    pub(super) quoted: Option<Vec<u8>>,
}

impl Column {
    /// An empty column for a type of `from_json`'s schema; `path` names it in errors.
    pub(super) fn new(data_type: &DataType, path: &str) -> Result<Self, DecodeError> {
        let unsupported =
            || DecodeError::UnsupportedType { field: path.to_owned(), data_type: sql_type_name(data_type) };
        Ok(match data_type {
            DataType::Boolean => Column::Boolean(Values::default()),
            DataType::Int8 => Column::Int8(Values::default()),
            DataType::Int16 => Column::Int16(Values::default()),
            DataType::Int32 => Column::Int32(Values::default()),
            DataType::Int64 => Column::Int64(Values::default()),
            DataType::Float32 => Column::Float32(Values::default()),
            DataType::Float64 => Column::Float64(Values::default()),
            DataType::Decimal128(precision, scale) if *scale >= 0 => {
                Column::Decimal { values: Values::default(), precision: *precision, scale: *scale }
            }
            DataType::Date32 => Column::Date(Values::default()),
            DataType::Timestamp(TimeUnit::Microsecond, zone) => {
                Column::Timestamp { values: Values::default(), zone: zone.clone() }
            }
            DataType::Utf8 => Column::Text(Bytes::default()),
            DataType::Binary => Column::Binary(Bytes::default()),
            DataType::Struct(fields) => Column::Struct(StructColumn::new(fields, path)?),
            DataType::List(item) => Column::List(ListColumn {
                item: Box::new(Column::new(item.data_type(), path)?),
                field: item.clone(),
                ends: Vec::new(),
                nulls: Nulls::default(),
            }),
            DataType::Map(entries, _) => match entries.data_type() {
                DataType::Struct(pair) if pair.len() == 2 => {
                    Column::Map(MapColumn::new(entries, pair, path)?)
                }
                _ => return Err(unsupported()),
            },
            _ => return Err(unsupported()),
        })
    }

    /// The Arrow type of the finished column.
    pub(super) fn data_type(&self) -> DataType {
        match self {
            Column::Boolean(_) => DataType::Boolean,
            Column::Int8(_) => DataType::Int8,
            Column::Int16(_) => DataType::Int16,
            Column::Int32(_) => DataType::Int32,
            Column::Int64(_) => DataType::Int64,
            Column::Float32(_) => DataType::Float32,
            Column::Float64(_) => DataType::Float64,
            Column::Decimal { precision, scale, .. } => DataType::Decimal128(*precision, *scale),
            Column::Date(_) => DataType::Date32,
            Column::Timestamp { zone, .. } => DataType::Timestamp(TimeUnit::Microsecond, zone.clone()),
            Column::Text(_) => DataType::Utf8,
            Column::Binary(_) => DataType::Binary,
            Column::Struct(column) => DataType::Struct(column.fields.clone()),
            Column::List(column) => DataType::List(column.field.clone()),
            Column::Map(column) => DataType::Map(column.field.clone(), false),
        }
    }

    /// Rows so far.
    pub(super) fn len(&self) -> usize {
        match self {
            Column::Boolean(column) => column.len(),
            Column::Int8(column) => column.len(),
            Column::Int16(column) => column.len(),
            Column::Int32(column) | Column::Date(column) => column.len(),
            Column::Int64(column) => column.len(),
            Column::Float32(column) => column.len(),
            Column::Float64(column) => column.len(),
            Column::Decimal { values, .. } => values.len(),
            Column::Timestamp { values, .. } => values.len(),
            Column::Text(column) | Column::Binary(column) => column.len(),
            Column::Struct(column) => column.len,
            Column::List(column) => column.ends.len(),
            Column::Map(column) => column.ends.len(),
        }
    }

    /// Appends a null row.
    pub(super) fn push_null(&mut self) {
        match self {
            Column::Boolean(column) => column.push_null(),
            Column::Int8(column) => column.push_null(),
            Column::Int16(column) => column.push_null(),
            Column::Int32(column) | Column::Date(column) => column.push_null(),
            Column::Int64(column) => column.push_null(),
            Column::Float32(column) => column.push_null(),
            Column::Float64(column) => column.push_null(),
            Column::Decimal { values, .. } => values.push_null(),
            Column::Timestamp { values, .. } => values.push_null(),
            Column::Text(column) | Column::Binary(column) => column.push_null(),
            Column::Struct(column) => column.push_null(),
            Column::List(column) => column.push_null(),
            Column::Map(column) => column.push_null(),
        }
    }

    /// Appends a converted value, which must be of the column's type.
    pub(super) fn push(&mut self, cell: Cell) {
        match (self, cell) {
            (column, Cell::Null) => column.push_null(),
            (Column::Boolean(column), Cell::Boolean(value)) => column.push(value),
            (Column::Int8(column), Cell::Integer(value)) => column.push(value as i8),
            (Column::Int16(column), Cell::Integer(value)) => column.push(value as i16),
            (Column::Int32(column) | Column::Date(column), Cell::Integer(value)) => {
                column.push(value as i32);
            }
            (Column::Int64(column), Cell::Integer(value)) => column.push(value),
            (Column::Timestamp { values, .. }, Cell::Integer(value)) => values.push(value),
            (Column::Float32(column), Cell::Float(value)) => column.push(value),
            (Column::Float64(column), Cell::Double(value)) => column.push(value),
            (Column::Decimal { values, .. }, Cell::Decimal(value)) => values.push(value),
            (Column::Text(column) | Column::Binary(column), Cell::Bytes(value)) => {
                column.push(&value);
            }
            (Column::Struct(column), Cell::Struct(cells)) => column.push(cells),
            (Column::List(column), Cell::List(cells)) => {
                cells.into_iter().for_each(|cell| column.item.push(cell));
                column.end_row();
            }
            (Column::Map(column), Cell::Map(entries)) => {
                for (key, cell) in entries {
                    column.keys.push(key.as_bytes());
                    column.values.push(cell);
                }
                column.end_row();
            }
            (column, cell) => unreachable!("{cell:?} was converted for {}", column.data_type()),
        }
    }

    /// Drops all rows from `len` on, and what a half-read row left in children.
    pub(super) fn truncate(&mut self, len: usize) {
        match self {
            Column::Boolean(column) => column.truncate(len),
            Column::Int8(column) => column.truncate(len),
            Column::Int16(column) => column.truncate(len),
            Column::Int32(column) | Column::Date(column) => column.truncate(len),
            Column::Int64(column) => column.truncate(len),
            Column::Float32(column) => column.truncate(len),
            Column::Float64(column) => column.truncate(len),
            Column::Decimal { values, .. } => values.truncate(len),
            Column::Timestamp { values, .. } => values.truncate(len),
            Column::Text(column) | Column::Binary(column) => column.truncate(len),
            Column::Struct(column) => column.truncate(len),
            Column::List(column) => {
                column.ends.truncate(len);
                column.nulls.truncate(len);
                column.drop_open_row();
            }
            Column::Map(column) => {
                column.ends.truncate(len);
                column.nulls.truncate(len);
                column.drop_open_row();
            }
        }
    }

    /// Takes the finished array out and leaves the column empty.
    pub(super) fn finish(&mut self) -> ArrayRef {
        match self {
            Column::Boolean(column) => {
                let (values, nulls) = column.take();
                Arc::new(BooleanArray::new(BooleanBuffer::from(values), nulls))
            }
            Column::Int8(column) => {
                let (values, nulls) = column.take();
                Arc::new(Int8Array::new(values.into(), nulls))
            }
            Column::Int16(column) => {
                let (values, nulls) = column.take();
                Arc::new(Int16Array::new(values.into(), nulls))
            }
            Column::Int32(column) => {
                let (values, nulls) = column.take();
                Arc::new(Int32Array::new(values.into(), nulls))
            }
            Column::Int64(column) => {
                let (values, nulls) = column.take();
                Arc::new(Int64Array::new(values.into(), nulls))
            }
            Column::Float32(column) => {
                let (values, nulls) = column.take();
                Arc::new(Float32Array::new(values.into(), nulls))
            }
            Column::Float64(column) => {
                let (values, nulls) = column.take();
                Arc::new(Float64Array::new(values.into(), nulls))
            }
            Column::Decimal { values, precision, scale } => {
                let data_type = DataType::Decimal128(*precision, *scale);
                let (values, nulls) = values.take();
                Arc::new(Decimal128Array::new(values.into(), nulls).with_data_type(data_type))
            }
            Column::Date(column) => {
                let (values, nulls) = column.take();
                Arc::new(Date32Array::new(values.into(), nulls))
            }
            Column::Timestamp { values, zone } => {
                let (values, nulls) = values.take();
                let array = TimestampMicrosecondArray::new(values.into(), nulls);
                Arc::new(array.with_timezone_opt(zone.clone()))
            }
            Column::Text(column) => {
                let (offsets, data, nulls) = column.take();
                Arc::new(StringArray::new(offsets, data, nulls))
            }
            Column::Binary(column) => {
                let (offsets, data, nulls) = column.take();
                Arc::new(BinaryArray::new(offsets, data, nulls))
            }
            Column::Struct(column) => Arc::new(column.finish()),
            Column::List(column) => {
                let offsets = offsets(take_and_reserve(&mut column.ends));
                let nulls = column.nulls.take(offsets.len() - 1);
                let items = column.item.finish();
                Arc::new(ListArray::new(column.field.clone(), offsets, items, nulls))
            }
            Column::Map(column) => Arc::new(column.finish()),
        }
    }
}

impl StructColumn {
    /// An empty struct; `path` names it in errors.
    pub(super) fn new(fields: &Fields, path: &str) -> Result<Self, DecodeError> {
        let mut children = Vec::new();
        for field in fields {
            let path = match path {
                "" => field.name().clone(),
                path => format!("{path}.{}", field.name()),
            };
            children.push(Column::new(field.data_type(), &path)?);
        }
        let keys = fields.iter().map(|field| Key::new(field.name())).collect();
        Ok(StructColumn { keys, children, fields: fields.clone(), len: 0, nulls: Nulls::default() })
    }

    pub(super) fn len(&self) -> usize {
        self.len
    }

    pub(super) fn data_type(&self) -> DataType {
        DataType::Struct(self.fields.clone())
    }

    /// Ends the row: children that got no value get a null.
    #[inline]
    pub(super) fn end_row(&mut self) {
        for child in &mut self.children {
            if child.len() == self.len {
                child.push_null();
            }
        }
        self.len += 1;
    }

    pub(super) fn push_null(&mut self) {
        self.nulls.push(self.len);
        self.end_row();
    }

    /// Appends a row from one cell per child.
    pub(super) fn push(&mut self, cells: Vec<Cell>) {
        for (child, cell) in self.children.iter_mut().zip(cells) {
            child.push(cell);
        }
        self.end_row();
    }

    pub(super) fn truncate(&mut self, len: usize) {
        self.children.iter_mut().for_each(|child| child.truncate(len));
        self.nulls.truncate(len);
        self.len = len;
    }

    /// The finished children and null rows, in parts.
    pub(super) fn take(&mut self) -> (Vec<ArrayRef>, Option<NullBuffer>, usize) {
        let len = take(&mut self.len);
        let arrays = self.children.iter_mut().map(Column::finish).collect();
        (arrays, self.nulls.take(len), len)
    }

    fn finish(&mut self) -> StructArray {
        let fields = self.fields.clone();
        let (arrays, nulls, len) = self.take();
        struct_array(fields, arrays, nulls, len)
    }
}

/// A struct array, which may have no fields.
pub(super) fn struct_array(
    fields: Fields,
    arrays: Vec<ArrayRef>,
    nulls: Option<NullBuffer>,
    len: usize,
) -> StructArray {
    match fields.is_empty() {
        true => StructArray::new_empty_fields(len, nulls),
        false => StructArray::new(fields, arrays, nulls),
    }
}

impl ListColumn {
    #[inline]
    pub(super) fn end_row(&mut self) {
        self.ends.push(offset(self.item.len()));
    }

    fn push_null(&mut self) {
        self.nulls.push(self.ends.len());
        self.end_row();
    }

    /// Drops the items read for a row that was not ended.
    pub(super) fn drop_open_row(&mut self) {
        self.item.truncate(end(&self.ends));
    }
}

impl MapColumn {
    fn new(entries: &FieldRef, pair: &Fields, path: &str) -> Result<Self, DecodeError> {
        if pair[0].data_type() != &DataType::Utf8 {
            return Err(DecodeError::MapKey {
                field: path.to_owned(),
                key: sql_type_name(pair[0].data_type()),
            });
        }
        Ok(MapColumn {
            keys: Bytes::default(),
            values: Box::new(Column::new(pair[1].data_type(), path)?),
            field: entries.clone(),
            ends: Vec::new(),
            nulls: Nulls::default(),
        })
    }

    #[inline]
    pub(super) fn end_row(&mut self) {
        self.ends.push(offset(self.keys.len()));
    }

    fn push_null(&mut self) {
        self.nulls.push(self.ends.len());
        self.end_row();
    }

    /// Drops the entries read for a row that was not ended.
    pub(super) fn drop_open_row(&mut self) {
        let end = end(&self.ends);
        self.keys.truncate(end);
        self.values.truncate(end);
    }

    fn finish(&mut self) -> MapArray {
        let DataType::Struct(pair) = self.field.data_type() else {
            unreachable!("a map column is made from a struct of two fields");
        };
        let offsets = offsets(take_and_reserve(&mut self.ends));
        let nulls = self.nulls.take(offsets.len() - 1);
        let arrays = vec![self.keys.finish_text(), self.values.finish()];
        let entries = StructArray::new(pair.clone(), arrays, None);
        MapArray::new(self.field.clone(), offsets, entries, nulls, false)
    }
}

impl Key {
    fn new(name: &str) -> Self {
        let plain = !name.bytes().any(|b| matches!(b, b'"' | b'\\' | 0..0x20));
        let quoted = plain.then(|| [name.as_bytes(), b"\""].concat());
        Key { name: name.to_owned(), quoted }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::parse_ddl_type;

    fn column(ddl: &str) -> Column {
        Column::new(&parse_ddl_type(ddl).expect("valid DDL"), "c").expect("supported")
    }

    #[test]
    fn truncating_undoes_rows_at_every_depth() {
        let mut column = column("ARRAY<STRUCT<a: STRING, m: MAP<STRING, LONG>>>");
        let row = |text: &str| {
            let map = Cell::Map(vec![(text.to_owned(), Cell::Integer(1))]);
            let item = Cell::Struct(vec![Cell::Bytes(text.into()), map]);
            Cell::List(vec![item, Cell::Null])
        };
        column.push(row("kept"));
        column.push(Cell::Null);
        column.push(row("dropped"));
        column.truncate(1);
        column.push(row("new"));
        let mut expected = self::column("ARRAY<STRUCT<a: STRING, m: MAP<STRING, LONG>>>");
        expected.push(row("kept"));
        expected.push(row("new"));
        assert_eq!(&column.finish(), &expected.finish());
    }

    #[test]
    fn finished_columns_are_empty_again() {
        let mut column = column("STRUCT<a: INT>");
        column.push(Cell::Struct(vec![Cell::Integer(1)]));
        assert_eq!(column.finish().len(), 1);
        assert_eq!(column.finish().len(), 0);
    }

    #[test]
    fn map_keys_must_be_strings() {
        let data_type = parse_ddl_type("MAP<INT, INT>").expect("valid DDL");
        let error = Column::new(&data_type, "m").expect_err("refused");
        assert_eq!(error.to_string(), "map `m` has keys of type INT, but JSON keys are STRING");
    }
}
