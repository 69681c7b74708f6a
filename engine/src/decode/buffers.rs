//! The growable vectors columns are made of: values, bytes, and the list of null rows.

use arrow::array::{ArrayRef, StringArray};
use arrow::buffer::{BooleanBuffer, Buffer, NullBuffer, OffsetBuffer, ScalarBuffer};
use std::mem::take;
use std::sync::Arc;

/// Values of one fixed width; a null row holds the type's default.
#[derive(Debug, Default)]
pub(super) struct Values<T> {
    values: Vec<T>,
    nulls: Nulls,
}

/// Texts or binaries, one after the other; `ends[row]` is where a row ends.
#[derive(Debug, Default)]
pub(super) struct Bytes {
    data: Vec<u8>,
    ends: Vec<i32>,
    nulls: Nulls,
}

/// Rows that are null, ascending.
#[derive(Debug, Default)]
pub(super) struct Nulls(Vec<u32>);

impl<T: Copy + Default> Values<T> {
    pub(super) fn len(&self) -> usize {
        self.values.len()
    }

    #[inline]
    pub(super) fn push(&mut self, value: T) {
        self.values.push(value);
    }

    pub(super) fn push_null(&mut self) {
        self.nulls.push(self.values.len());
        self.values.push(T::default());
    }

    pub(super) fn truncate(&mut self, len: usize) {
        self.values.truncate(len);
        self.nulls.truncate(len);
    }

    pub(super) fn take(&mut self) -> (Vec<T>, Option<NullBuffer>) {
        let values = take_and_reserve(&mut self.values);
        let nulls = self.nulls.take(values.len());
        (values, nulls)
    }
}

impl Bytes {
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    #[inline]
    pub(super) fn push(&mut self, value: &[u8]) {
        self.data.extend_from_slice(value);
        self.end_row();
    }

    pub(super) fn push_null(&mut self) {
        self.nulls.push(self.ends.len());
        self.end_row();
    }

    /// Where the next row's bytes are written, to be closed by [`Bytes::end_row`].
    pub(super) fn open_row(&mut self) -> &mut Vec<u8> {
        &mut self.data
    }

    #[inline]
    pub(super) fn end_row(&mut self) {
        self.ends.push(offset(self.data.len()));
    }

    pub(super) fn truncate(&mut self, len: usize) {
        self.ends.truncate(len);
        self.nulls.truncate(len);
        self.data.truncate(end(&self.ends));
    }

    pub(super) fn take(&mut self) -> (OffsetBuffer<i32>, Buffer, Option<NullBuffer>) {
        let offsets = offsets(take_and_reserve(&mut self.ends));
        let nulls = self.nulls.take(offsets.len() - 1);
        (offsets, Buffer::from_vec(take_and_reserve(&mut self.data)), nulls)
    }

    /// The finished text column.
    pub(super) fn finish_text(&mut self) -> ArrayRef {
        let (offsets, data, nulls) = self.take();
        Arc::new(StringArray::new(offsets, data, nulls))
    }
}

impl Nulls {
    pub(super) fn push(&mut self, row: usize) {
        self.0.push(u32::try_from(row).expect("a batch has less than 2^32 rows"));
    }

    pub(super) fn truncate(&mut self, len: usize) {
        while self.0.last().is_some_and(|row| *row as usize >= len) {
            self.0.pop();
        }
    }

    pub(super) fn take(&mut self, len: usize) -> Option<NullBuffer> {
        let rows = take(&mut self.0);
        if rows.is_empty() {
            return None;
        }
        let mut valid = vec![true; len];
        rows.iter().for_each(|row| valid[*row as usize] = false);
        Some(NullBuffer::new(BooleanBuffer::from(valid)))
    }
}

/// Takes what has been gathered, and makes room for about as much: the next batch is mostly of the same size.
pub(super) fn take_and_reserve<T>(values: &mut Vec<T>) -> Vec<T> {
    let room = values.len() + values.len() / 16 + 1;
    std::mem::replace(values, Vec::with_capacity(room))
}

#[inline]
pub(super) fn offset(len: usize) -> i32 {
    i32::try_from(len).expect("a batch holds less than 2 GiB of text and 2^31 elements per column")
}

pub(super) fn end(ends: &[i32]) -> usize {
    ends.last().map_or(0, |end| *end as usize)
}

pub(super) fn offsets(mut ends: Vec<i32>) -> OffsetBuffer<i32> {
    ends.insert(0, 0);
    OffsetBuffer::new(ScalarBuffer::from(ends))
}
