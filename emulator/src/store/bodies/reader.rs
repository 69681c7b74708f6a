//! Reading a body, whole or piece by piece, beside the store's lock.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};

use super::{BodyId, Shelf};

/// Bytes that are read at once.
const PIECE_BYTES: u64 = 1024 * 1024;

/// The content of an object, or a part of it, as it was when it was asked for, whatever becomes of the object.
#[derive(Debug)]
pub struct BodyReader {
    shelf: Arc<Shelf>,
    sources: VecDeque<Source>,
    open: Option<(BodyId, File)>,
    pinned: Vec<BodyId>,
    left: u64,
}

#[derive(Debug)]
pub(super) enum Source {
    Bytes(Bytes),
    File(BodyId, Range<u64>),
}

impl Source {
    fn len(&self) -> u64 {
        match self {
            Self::Bytes(bytes) => bytes.len() as u64,
            Self::File(_, range) => range.end - range.start,
        }
    }
}

impl BodyReader {
    pub(super) fn new(shelf: Arc<Shelf>, sources: Vec<Source>) -> Self {
        let file = |source: &Source| match source {
            Source::File(id, _) => Some(*id),
            Source::Bytes(_) => None,
        };
        let pinned: Vec<BodyId> = sources.iter().filter_map(file).collect();
        pinned.iter().for_each(|id| shelf.pin(*id));
        let left = sources.iter().map(Source::len).sum();
        Self { shelf, sources: sources.into(), open: None, pinned, left }
    }

    /// Bytes that are still to come.
    pub fn len(&self) -> u64 {
        self.left
    }

    /// Whether there are no more.
    pub fn is_empty(&self) -> bool {
        self.left == 0
    }

    /// The next bytes, up to a mebibyte; `None` at the end.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn next_piece(&mut self) -> io::Result<Option<Bytes>> {
        let piece = match self.sources.pop_front() {
            None => return Ok(None),
            Some(Source::Bytes(bytes)) => bytes,
            Some(Source::File(id, range)) => {
                let end = range.end.min(range.start + PIECE_BYTES);
                if end < range.end {
                    self.sources.push_front(Source::File(id, end..range.end));
                }
                self.read(id, range.start..end)?
            }
        };
        self.left -= piece.len() as u64;
        Ok(Some(piece))
    }

    /// All that is still to come.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn read_all(mut self) -> io::Result<Bytes> {
        let Some(first) = self.next_piece()? else { return Ok(Bytes::new()) };
        if self.is_empty() {
            return Ok(first);
        }
        let mut whole = BytesMut::with_capacity(first.len() + self.left as usize);
        whole.extend_from_slice(&first);
        while let Some(piece) = self.next_piece()? {
            whole.extend_from_slice(&piece);
        }
        Ok(whole.freeze())
    }

    fn read(&mut self, id: BodyId, range: Range<u64>) -> io::Result<Bytes> {
        let mut file = match self.open.take() {
            Some((open, file)) if open == id => file,
            _ => File::open(self.shelf.file_of(id).ok_or(io::ErrorKind::NotFound)?)?,
        };
        file.seek(SeekFrom::Start(range.start))?;
        let length = range.end - range.start;
        let mut bytes = Vec::with_capacity(length as usize);
        file.by_ref().take(length).read_to_end(&mut bytes)?;
        if (bytes.len() as u64) < length {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.open = Some((id, file));
        Ok(bytes.into())
    }
}

impl Drop for BodyReader {
    fn drop(&mut self) {
        self.pinned.iter().for_each(|id| self.shelf.unpin(*id));
    }
}
