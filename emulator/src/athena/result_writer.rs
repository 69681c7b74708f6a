//! Writes the object that holds a query's result, while the query runs.

use std::io;

use bytes::BytesMut;

use super::ColumnInfo;
use super::result_text::ResultFormat;
use crate::s3::{Content, ContentWriter};

/// So many bytes go to the object at once.
const PIECE_BYTES: usize = 64 * 1024;

/// Takes columns and rows, text or null, and writes them to the result object as they come.
#[derive(Debug)]
pub struct ResultWriter {
    /// None where the result is in files of its own.
    format: Option<ResultFormat>,
    rows: u64,
    columns: Vec<ColumnInfo>,
    buffer: BytesMut,
    content: ContentWriter,
}

impl ResultWriter {
    pub(super) fn new(format: Option<ResultFormat>, content: ContentWriter) -> Self {
        Self { format, rows: 0, columns: Vec::new(), buffer: BytesMut::new(), content }
    }

    /// Says what the rows are made of; once, before the first.
    ///
    /// # Errors
    /// When the disk does not take it.
    ///
    /// # Panics
    /// When columns were given before.
    pub fn columns(&mut self, columns: Vec<ColumnInfo>) -> io::Result<()> {
        assert!(self.columns.is_empty(), "a result has its columns once");
        let names: Vec<Option<&str>> = columns.iter().map(|column| Some(column.name.as_str())).collect();
        if let Some(format) = self.format.filter(|format| format.has_header() && !columns.is_empty()) {
            format.write_row(&mut self.buffer, &names);
        }
        self.columns = columns;
        Ok(())
    }

    /// Writes a line of what DDL and utilities say: one text, whatever the columns are.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub fn line(&mut self, text: &str) -> io::Result<()> {
        self.write(&[Some(text)])
    }

    /// Writes a row: a cell for each column, `None` for null. Where the result is in files of its own, rows are counted.
    ///
    /// # Errors
    /// When the disk does not take it.
    ///
    /// # Panics
    /// When there are more or fewer cells than columns.
    pub fn row(&mut self, cells: &[Option<&str>]) -> io::Result<()> {
        assert_eq!(cells.len(), self.columns.len(), "a row has a cell for each column");
        self.write(cells)
    }

    fn write(&mut self, cells: &[Option<&str>]) -> io::Result<()> {
        self.rows += 1;
        if let Some(format) = self.format {
            format.write_row(&mut self.buffer, cells);
        }
        match self.buffer.len() < PIECE_BYTES {
            true => Ok(()),
            false => self.content.write(self.buffer.split().freeze()),
        }
    }

    /// Ends the result: what it is made of, how many rows it has, and the object.
    pub(super) fn finish(mut self) -> io::Result<(Vec<ColumnInfo>, u64, Content)> {
        if !self.buffer.is_empty() {
            self.content.write(self.buffer.freeze())?;
        }
        Ok((self.columns, self.rows, self.content.finish()?))
    }
}
