//! Reads the rows of a result back from its object.

use std::io;

use bytes::{Buf, BytesMut};

use super::result_text::ResultFormat;
use crate::store::BodyReader;

/// A row: a text or null for each column.
pub(super) type Cells = Vec<Option<String>>;

/// Reads rows one after the other.
#[derive(Debug)]
pub(super) struct RowReader {
    format: ResultFormat,
    columns: usize,
    content: BodyReader,
    buffer: BytesMut,
    /// Bytes of the rows that were read.
    consumed: u64,
}

impl RowReader {
    /// Reads rows of `columns` cells each.
    pub fn new(format: ResultFormat, columns: usize, content: BodyReader) -> Self {
        Self { format, columns, content, buffer: BytesMut::new(), consumed: 0 }
    }

    /// Bytes of the rows that were read so far.
    pub fn consumed(&self) -> u64 {
        self.consumed
    }

    /// Whether there are no more rows.
    pub fn is_at_end(&self) -> bool {
        self.buffer.is_empty() && self.content.is_empty()
    }

    /// The next row; `None` at the end.
    pub fn next_row(&mut self) -> io::Result<Option<Cells>> {
        loop {
            if let Some(end) = self.format.row_end(&self.buffer) {
                let row = self.format.parse_row(&self.buffer[..end], self.columns);
                self.take(end + 1);
                return Ok(Some(row));
            }
            match self.content.next_piece()? {
                Some(piece) => self.buffer.extend_from_slice(&piece),
                None if self.buffer.is_empty() => return Ok(None),
                // Somebody has put another object there, whose last row has no end.
                None => {
                    let end = self.buffer.len();
                    let row = self.format.parse_row(&self.buffer[..end], self.columns);
                    self.take(end);
                    return Ok(Some(row));
                }
            }
        }
    }

    fn take(&mut self, bytes: usize) {
        self.buffer.advance(bytes);
        self.consumed += bytes as u64;
    }
}
